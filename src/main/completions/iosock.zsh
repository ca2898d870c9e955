#compdef iosock

# Sockets and directories, or all files if no socket matches; abstract sockets
# only after @.
_iosock_socket() {
  local expl
  if (( ! $+opt_args[--connect] )); then
    _files
  elif [[ $PREFIX == @* ]]; then
    local -a names
    local line
    for line in "${(@f)$(</proc/net/unix)}"; do
      # Those that listen: __SO_ACCEPTCON.
      [[ ${${=line}[4]} == 00010000 && ${${=line}[8]-} == @* ]] && names+=("${${=line}[8]}")
    done
    _wanted sockets expl 'abstract socket' compadd -a names
  else
    _files -g '*(-=)'
  fi
}

_iosock() {
  local -a line
  local -A opt_args
  _arguments -s -S -A '-?*' : \
@OPTIONS@
    '1:SOCKET:_iosock_socket' \
    '*:::COMMAND: _normal'
}

_iosock "$@"
