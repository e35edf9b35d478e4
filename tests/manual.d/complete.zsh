#!/usr/bin/env -S zsh -f
# SPDX-License-Identifier: GPL-2.0-or-later
# complete.zsh FOLDER LINE...: what zsh offers where the cursor is behind LINE and Tab is pressed, with completion/_lbgen
# from FOLDER: a line "LINE => [WORD][WORD]..." for each, in order of the words. In the present folder, on a terminal of
# its own; a line that gets no answer within 60 seconds has "no answer" instead.
zmodload zsh/zpty || exit 3
folder=$1
shift

# The inner shell prints what would be offered, between two marks, instead of offering it.
rc=$(mktemp) || exit 3
trap 'rm -f $rc' EXIT
cat >$rc <<'END'
PS1= PS2= RPS1=
stty -echo
unsetopt zle_bracketed_paste
setopt extended_glob
fpath=($FOLDER $fpath)
autoload -Uz compinit
compinit -u -D
compadd() {
    local -a hits
    if [[ " ${@[1,(i)(-|--)]} " == *" -"[a-zA-Z]#[OAD]* ]]; then
        builtin compadd "$@"
        return
    fi
    builtin compadd -A hits "$@"
    offered+=("${hits[@]}")
    builtin compadd "$@"
}
typeset -ga offered
offer() {
    offered=()
    _main_complete >/dev/null 2>&1
    print -rn -- $'\x02'${(j:][:)${(ou)offered}}$'\x03'
    compstate[insert]= compstate[list]=
}
zle -C offer complete-word offer
bindkey '^I' offer
bindkey '^U' kill-whole-line
print -rn $'\x02'ready$'\x03'
END

answer() { # what comes between the marks
    local text= piece
    local -F end=$(( SECONDS + 60 ))
    while (( SECONDS < end )); do
        if zpty -r -t inner piece; then
            text+=$piece
            if [[ $text == *$'\x02'*$'\x03'* ]]; then
                text=${text#*$'\x02'}
                REPLY=${text%%$'\x03'*}
                return
            fi
        else
            sleep 0.05
        fi
    done
    REPLY='no answer'
}

typeset -F SECONDS
export FOLDER=$folder
zpty -b inner zsh -f -i
zpty -w inner ". $rc"
answer
for line; do
    zpty -n -w inner $line$'\t'
    answer
    print -r -- "$line => [$REPLY]"
    zpty -n -w inner $'\x15'
done
zpty -d inner
