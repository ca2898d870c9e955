package iosock.cli;

/** A paragraph of options in the help; the groups are printed in this order. */
enum OptionGroup {
  MODES("Modes and terminal"),
  SOCKET("Socket"),
  CLIENTS("Clients"),
  OUTPUT("Output"),
  STOPPING("Stopping COMMAND"),
  PROCESSES("Processes"),
  CONNECTION("With --connect"),
  OTHER("Other");

  final String title;

  OptionGroup(String title) {
    this.title = title;
  }
}
