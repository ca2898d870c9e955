/* bin/iosock: starts the VM so that COMMAND sees what it would see without iosock.

   What it has to change for that it hands over in properties, and iosock changes it back; see the
   package iosock.inherited. It is linked without libc, and so needs none to run. */
#include <asm/errno.h>
#include <asm/signal.h>
#include <asm/unistd.h>
#include <linux/fcntl.h>

#define FAILED 125
#define PATH_MAX 4096
#define SIGNALS 64

#if defined __x86_64__
__asm__(".globl _start\n_start: xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call start");

static long call(long number, long a, long b, long c, long d) {
  register long r10 __asm__("r10") = d;
  __asm__ volatile("syscall"
                   : "+a"(number)
                   : "D"(a), "S"(b), "d"(c), "r"(r10)
                   : "rcx", "r11", "memory");
  return number;
}
#elif defined __aarch64__
__asm__(".globl _start\n_start: mov x29, #0\n mov x30, #0\n mov x0, sp\n b start");

static long call(long number, long a, long b, long c, long d) {
  register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b,
                x2 __asm__("x2") = c, x3 __asm__("x3") = d;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
}
#else
#error "for x86-64 and aarch64"
#endif

#define BIT(signal) (1UL << ((signal)-1))

/* Those that iosock catches: see SignalPipe. It unblocks them once it has its handlers. Until then
   they wait, also where iosock is process 1, for which the kernel drops a signal that is neither
   caught nor blocked. */
static const unsigned long caught =
    ~(BIT(SIGILL) | BIT(SIGTRAP) | BIT(SIGBUS) | BIT(SIGFPE) | BIT(SIGSEGV) | BIT(SIGABRT)
      | BIT(SIGSYS) | BIT(SIGPIPE) | BIT(SIGXFSZ) | BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU)
      | BIT(SIGKILL) | BIT(SIGSTOP) | BIT(32) | BIT(33));
static unsigned long blocked;

/* What is meant for COMMAND and not for this VM. LD_LIBRARY_PATH is changed by the VM's launcher if
   the path has another VM. */
static const char *const hidden[] = {
    "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS",      "CLASSPATH",
    "LD_LIBRARY_PATH",   "JDK_ALTERNATE_VM", "_ALT_JAVA_HOME_DIR", "_JAVA_LAUNCHER_DEBUG",
    "_JAVA_SPLASH_FILE", "_JAVA_SPLASH_JAR", "_JAVA_SR_SIGNUM",    "_JAVA_VERSION_SET"};

static char *append(char *end, const char *text) {
  while (*text) *end++ = *text++;
  *end = 0;
  return end;
}

static char *append_number(char *end, unsigned long number, unsigned base) {
  if (number >= base) end = append_number(end, number / base, base);
  char digit[2] = {"0123456789abcdef"[number % base], 0};
  return append(end, digit);
}

static char *property(const char *name, unsigned long value, unsigned base) {
  static char text[512], *end = text;
  char *begin = end;
  end = append_number(append(end, name), value, base) + 1;
  return begin;
}

static char *append_reason(char *end, long error) {
  if (error == -ENOENT) return append(end, "No such file or directory\n");
  if (error == -EACCES) return append(end, "Permission denied\n");
  if (error == -E2BIG) return append(end, "Argument list too long\n");
  return append(append_number(append(end, "error "), -error, 10), "\n");
}

static void __attribute__((noreturn)) fail(const char *what, const char *path, long error) {
  static char line[2 * PATH_MAX];
  char *end = append(append(append(append(line, "iosock: cannot "), what), path), ": ");
  end = append_reason(end, error);
  /* A signal ends this, also if the write has to wait. */
  call(__NR_rt_sigprocmask, SIG_SETMASK, (long)&blocked, 0, sizeof blocked);
  call(__NR_write, 2, (long)line, end - line, 0);
  for (;;) call(__NR_exit_group, FAILED, 0, 0, 0);
}

/* The VM catches some signals even if they were ignored, and COMMAND must find them ignored. */
static unsigned long ignored(void) {
  unsigned long signals = 0;
  for (int signal = 1; signal <= SIGNALS; signal++) {
    struct sigaction action = {0};
    call(__NR_rt_sigaction, signal, 0, (long)&action, sizeof blocked);
    if (action.sa_handler == SIG_IGN) signals |= BIT(signal);
  }
  return signals;
}

static int is_named(const char *variable, const char *name) {
  while (*name && *variable == *name) variable++, name++;
  return !*name && *variable == '=';
}

/* Changes the first letter of the variables' names, where they are, and lists them. */
static int hide_all(char *names, char **environment) {
  int count = 0;
  while (*names) names++;
  for (unsigned i = 0; i < sizeof hidden / sizeof *hidden; i++) {
    int found = 0;
    for (char **variable = environment; *variable; variable++)
      if (is_named(*variable, hidden[i])) **variable = 'i', found = 1;
    if (found) names = append(append(names, ":"), hidden[i]), count++;
  }
  return count;
}

/* The VM does not start in a directory that getcwd(3) cannot name: one that was removed, or whose
   path is longer than PATH_MAX. */
static int leave_directory_without_path(void) {
  static char path[PATH_MAX];
  if (call(__NR_getcwd, (long)path, sizeof path, 0, 0) > 0 && path[0] == '/') return 0;
  long opened = call(__NR_openat, AT_FDCWD, (long)".", O_PATH, 0);
  /* Not one of the standard descriptors, which may be closed. */
  long fd = opened < 0 ? opened : call(__NR_fcntl, opened, F_DUPFD, 3, 0);
  if (fd < 0) fail("open ", "the working directory, which has no path", fd);
  call(__NR_close, opened, 0, 0, 0);
  call(__NR_chdir, (long)"/", 0, 0, 0);
  return fd;
}

void __attribute__((noreturn, used)) start(long *stack) {
  long count = stack[0];
  char **arguments = (char **)(stack + 1), **environment = arguments + count + 1;
  call(__NR_rt_sigprocmask, SIG_BLOCK, (long)&caught, (long)&blocked, sizeof blocked);

  static char java[PATH_MAX + 8];
  static const char self[] = "/proc/self/exe";
  long length = call(__NR_readlinkat, AT_FDCWD, (long)self, (long)java, PATH_MAX);
  if (length < 0) fail("read ", self, length);
  while (java[length - 1] != '/') length--;
  append(java + length, "java");
  char *vm[count + 12], **next = vm;
  *next++ = java;
  /* Else the VM unblocks signals before iosock catches them. */
  *next++ = "-Xrs";
  *next++ = "-Diosock.added-variable=_JAVA_SR_SIGNUM";
  *next++ = property("-Diosock.ignored-signals=", ignored(), 16);
  *next++ = property("-Diosock.blocked-signals=", blocked, 16);
  *next++ = property("-Diosock.parent=", call(__NR_getppid, 0, 0, 0, 0), 10);
  int fd = leave_directory_without_path();
  if (fd) *next++ = property("-Diosock.working-directory=", fd, 10);
  static char names[512] = "-Diosock.hidden-variables=";
  if (hide_all(names, environment)) *next++ = names;
  *next++ = "-m", *next++ = "iosock";
  for (long i = 1; i < count; i++) *next++ = arguments[i];
  *next = 0;

  long variables = 0;
  while (environment[variables]) variables++;
  char *vms[variables + 2];
  for (long i = 0; i < variables; i++) vms[i] = environment[i];
  /* The VM has a handler of its own for one signal: SIGUSR2, unless it is told another one. */
  vms[variables] = "_JAVA_SR_SIGNUM=16";
  vms[variables + 1] = 0;
  long error = call(__NR_execve, (long)java, (long)vm, (long)vms, 0);
  /* If the file is there, it is the loader that it names which is missing. */
  if (error == -ENOENT && call(__NR_faccessat, AT_FDCWD, (long)java, 0, 0) == 0)
    fail("run ", "the VM, which needs glibc", error);
  fail("run ", java, error);
}
