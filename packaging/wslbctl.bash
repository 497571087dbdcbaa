# bash completion for wslbctl(1)

_wslbctl_nodes() { # names of nodes
  sed -n 's/^[[:space:]]*node[[:space:]]\+\([^[:space:]]\+\).*/\1/p' /etc/wslb/wslb.cfg 2>/dev/null
}

_wslbctl_sections() { # _wslbctl_sections KEYWORD: names of sections
  sed -n "s/^$1[[:space:]]\+\([^[:space:]#]\+\).*/\1/p" /etc/wslb/wslb.cfg 2>/dev/null
}

_wslbctl_servers() { # backend/server
  awk '/^(backend|listen)[ \t]/ { section = $2; next }
    /^[a-z]/ { section = "" }
    section != "" && $1 == "server" { print section "/" $2 }' /etc/wslb/wslb.cfg 2>/dev/null
}

_wslbctl() {
  local cur prev words cword
  _init_completion -s || return
  local commands='status failover drain undrain events backends server table tunnels reload check
    import keygen doctor top version help'
  local command='' i
  for ((i = 1; i < cword; i++)); do
    case ${words[i]} in
      --run-dir | --to | --listen | -n | -i) ((i++)) ;;
      -*) ;;
      *) command=${words[i]} && break ;;
    esac
  done
  case $prev in
    --run-dir) _filedir -d && return ;;
    --to) mapfile -t COMPREPLY < <(compgen -W "$(_wslbctl_nodes)" -- "$cur") && return ;;
  esac
  local choices=''
  case $command in
    '') choices="$commands --json --run-dir --help --version" ;;
    failover) choices="$(_wslbctl_sections vrrp) --to" ;;
    events) choices='-f --follow' ;;
    reload) choices='--hard' ;;
    check) _filedir cfg && return ;;
    doctor)
      [[ $cur == -* ]] || { _filedir cfg && return; }
      choices='--listen'
      ;;
    top) choices='-i' ;;
    tunnels) choices='-n' ;;
    import) _filedir && return ;;
    table) choices=$(_wslbctl_sections 'backend') ;;
    server)
      case $((cword - i)) in
        1) choices=$(_wslbctl_servers) ;;
        2) choices='ready drain maint weight' ;;
      esac
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$cur")
} &&
  complete -F _wslbctl wslbctl
