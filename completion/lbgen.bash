# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion of lbgen for bash, with or without the package bash-completion.

# Folders, and files whose names end so; where there are none of them, readline's own completion offers any file.
_lbgen_files() { # WORD [END]
    local file
    compopt -o filenames -o default 2>/dev/null
    while IFS= read -r file; do
        if [[ $file == *"${2-}" || -d ${file/#\~/$HOME} ]]; then
            COMPREPLY+=("$file")
        fi
    done < <(compgen -f -- "$1")
}

_lbgen_words() { # WORD "WORDS": those of them that begin with WORD
    local word
    for word in $2; do
        [[ $word != "$1"* ]] || COMPREPLY+=("$word")
    done
}

# Words that are separated by commas: the last one is completed, and none is offered twice.
_lbgen_list() { # WORD "WORDS"
    local word before=
    [[ $1 != *,* ]] || before=${1%,*},
    for word in $2; do
        [[ ,$before == *",$word,"* || $word != "${1##*,}"* ]] || COMPREPLY+=("$before$word")
    done
}

_lbgen_argument() { # OPTION WORD: what comes behind the option; status 1: it takes nothing
    case $1 in
    --format) _lbgen_words "$2" 'save nft firewalld keepalived ipvsadm json dot' ;;
    --backend) _lbgen_words "$2" 'auto legacy nft nftables' ;;
    --color) _lbgen_words "$2" 'auto always never' ;;
    --warnings) _lbgen_list "$2" 'error marks' ;;
    --import-as) _lbgen_words "$2" 'keepalived ldirectord lvs.cf iptables ipvsadm' ;;
    --templates)
        compopt -o filenames 2>/dev/null
        local folder
        while IFS= read -r folder; do
            COMPREPLY+=("$folder")
        done < <(compgen -d -- "$2")
        ;;
    -o | --output | --merge | --against | --import | --persist | --persist6) _lbgen_files "$2" ;;
    --keepalived) _lbgen_files "$2" .conf ;;
    --init)
        _lbgen_words "$2" 'dns ftp http https imap ipsec kubernetes-api ldap mail mysql ntp pop3 postgresql quic-web
            rdp sip smtp submission web'
        ;;
    --confirm) _lbgen_words "$2" '60 120 300' ;;
    --wait) _lbgen_words "$2" '0 10 60' ;;
    --firewalld-zone | --trace | --vip | --ports | --fwmark) ;; # nothing that could be guessed
    *) return 1 ;;
    esac
}

_lbgen_options() { # WORD
    local option
    _lbgen_words "$1" '-4 -6 -o --ipv4 --ipv6 --output= --merge= --format= --firewalld-zone= --templates=
        --no-system-templates --warnings= --color --commit --restore --remove --rollback --confirmed --diff --status
        --check --trace= --compare --import= --import-as= --kernel --keepalived= --backend= --persist= --persist6=
        --no-persist --adopt --dry-run --confirm --wait --force --against= --timings --json --init
        --vip= --ports= --fwmark= --help --version'
    for option in "${COMPREPLY[@]}"; do
        [[ $option != *= ]] || compopt -o nospace 2>/dev/null
    done
}

_lbgen() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}

    COMPREPLY=()
    # bash takes --option=value for three words where = is among COMP_WORDBREAKS, and for one where it is not.
    if [[ $word == --*=* ]]; then
        _lbgen_argument "${word%%=*}" "${word#*=}"
        COMPREPLY=("${COMPREPLY[@]/#/${word%%=*}=}")
        return
    fi
    if [ "$word" = = ]; then
        word=
        _lbgen_argument "$before" ""
        return
    fi
    if [ "$before" = = ] && [ "$COMP_CWORD" -ge 2 ]; then
        _lbgen_argument "${COMP_WORDS[COMP_CWORD - 2]}" "$word"
        return
    fi
    case $before in
    --color | --confirm | --wait | --init) ;; # their argument stands behind an = alone
    *) ! _lbgen_argument "$before" "$word" || return ;;
    esac
    case $word in
    -*) _lbgen_options "$word" ;;
    *) if _lbgen_compares; then _lbgen_files "$word"; else _lbgen_files "$word" .ini; fi ;;
    esac
}

# --compare takes what iptables-save prints, too.
_lbgen_compares() {
    local word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [ "$word" != --compare ] || return 0
    done
    return 1
}

complete -F _lbgen lbgen
