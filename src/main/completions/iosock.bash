# bash completion for iosock(1)                            -*- shell-script -*-

# Sockets and directories, or all files if no socket matches; abstract sockets
# only after @.
_iosock_server()
{
    if [[ $cur == @* ]]; then
        _iosock_abstract
        return
    fi
    _filedir
    local file path
    local -a sockets=() directories=()
    for file in ${COMPREPLY+"${COMPREPLY[@]}"}; do
        path=${file/#~\//$HOME/}
        [[ -S $path ]] && sockets+=("$file")
        [[ -d $path ]] && directories+=("$file")
    done
    ((${#sockets[@]})) &&
        COMPREPLY=("${sockets[@]}" ${directories+"${directories[@]}"})
}

# Other programs chose these names, so they are quoted for the shell. The file is
# read at once: the builtin read seeks back to the end of each line, and would
# miss sockets if others are opened or closed meanwhile.
_iosock_abstract()
{
    local flags name
    while read -r _ _ _ flags _ _ _ name; do
        # Those that listen: __SO_ACCEPTCON.
        if [[ $flags == 00010000 && $name == "$cur"* ]]; then
            printf -v name %q "$name"
            COMPREPLY+=("$name")
        fi
    done <<<"$(</proc/net/unix)"
}

# The index in COMP_WORDS at which words[$1] begins: COMP_WORDS is also split at
# = @ and :.
_iosock_offset()
{
    local word at=0
    for word in "${words[@]:0:$1}"; do
        while [[ $word && at -lt COMP_CWORD ]]; do
            word=${word#"${COMP_WORDS[at++]}"}
        done
    done
    printf '%d' "$at"
}

# readline replaces only what follows the last of COMP_WORDBREAKS.
_iosock_trim()
{
    local i before=${cur%"${cur##*[$COMP_WORDBREAKS]}"}
    for i in ${COMPREPLY+"${!COMPREPLY[@]}"}; do
        COMPREPLY[i]=${COMPREPLY[i]#"$before"}
    done
}

_iosock()
{
    local cur prev words cword split
    _init_completion -s -n @: || return

@OPTIONS@
    # The first operand, or --, ends the options, as in the parser.
    local i j word option='' given=' ' without=' '
    for ((i = 1; i < cword; i++)); do
        word=${words[i]}
        case $word in
            --)
                ((i++))
                break
                ;;
            --*)
                option=${word%%=*}
                given+="$option "
                [[ ${values[$option]+set} && $word != *=* ]] && ((i++))
                ;;
            -?*)
                for ((j = 1; j < ${#word}; j++)); do
                    option=${letters[-${word:j:1}]-}
                    given+="$option "
                    [[ $option && ${values[$option]+set} ]] && break
                done
                ((j == ${#word} - 1)) && ((i++))
                ;;
            *)
                break
                ;;
        esac
    done

    for word in $names; do
        if [[ $given == *" $word "* ]]; then
            [[ $last == *" $word "* ]] && return
            without+="${excluded[$word]} "
        fi
    done
    if $split || ((i > cword)); then
        $split && option=$prev
        if [[ $files == *" $option "* ]]; then
            _filedir
            _iosock_trim
        else
            COMPREPLY=($(compgen -W "${values[$option]-}" -- "$cur"))
        fi
    elif ((i < cword)); then
        for word in $commandless; do
            [[ $given == *" $word "* ]] && return
        done
        _command_offset "$(_iosock_offset $((i + 1)))"
    elif [[ $cur == -* && ${words[i - 1]} != -- ]]; then
        for word in $names; do
            [[ $without == *" $word "* ]] ||
                COMPREPLY+=($(compgen -W "$word" -- "$cur"))
        done
    else
        if [[ $given == *' --connect '* ]]; then
            _iosock_server
        else
            _filedir
        fi
        _iosock_trim
    fi
} &&
    complete -F _iosock iosock
