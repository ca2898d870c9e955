/** Connects a program's standard input, output and error to a Unix domain socket. */
module iosock {}
