/* refuse CALL ERRNO COMMAND [ARG]...: executes COMMAND, for which and for whose children the kernel
   refuses a system call: kill, unlink, or tcsets, which is ioctl(2) with TCSETS. */
#include <asm/ioctls.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef __NR_unlink
#define __NR_unlink __NR_unlinkat
#endif

int main(int argc, char **argv) {
  int is_tcsets = !strcmp(argv[1], "tcsets");
  int number = is_tcsets ? __NR_ioctl : !strcmp(argv[1], "kill") ? __NR_kill : __NR_unlink;
  /* Where only the call counts, the second argument is compared with itself. */
  struct sock_filter code[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
    is_tcsets ? (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TCSETS, 0, 1)
              : (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | atoi(argv[2])),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
    return perror("seccomp"), 2;
  execvp(argv[3], argv + 3);
  perror(argv[3]);
  return 3;
}
