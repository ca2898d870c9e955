# bash completion for iosock(1)                            -*- shell-script -*-

# Sockets and directories, or all files where there is no socket; abstract
# sockets for who asks for such a name.
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

# Others have named them: quoted, nothing in a name means anything to the shell.
# The list is read at once: read goes back in a file to the end of its line, and
# misses sockets while others come and go.
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

# Where words[$1] begins in COMP_WORDS, whose words end at = @ : too.
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

# What is before the last of these characters is on the line already.
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
    # As the parser does: the first operand, or --, ends the options.
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
                [[ ${values[$option]-} && $word != *=* ]] && ((i++))
                ;;
            -?*)
                for ((j = 1; j < ${#word}; j++)); do
                    option=${letters[-${word:j:1}]-}
                    given+="$option "
                    [[ $option && ${values[$option]-} ]] && break
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
        COMPREPLY=($(compgen -W "${values[$option]-}" -- "$cur"))
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
