# SPDX-License-Identifier: GPL-2.0-or-later
# From lines "figure ROW PART KEY=VALUE...", the table of figures: those of a row and part are added up (of `ms`, the most).
$1 == "figure" {
    part = $2 " " $3
    if (!(part in seen)) {
        seen[part] = 1
        parts[$2] = parts[$2] " " $3
    }
    for (i = 4; i <= NF; i++) {
        split($i, pair, "=")
        if (pair[1] == "ms") {
            if (pair[2] + 0 > sum[part, "ms"]) sum[part, "ms"] = pair[2] + 0
            if (pair[2] + 0 > sum[$2, "ms"]) sum[$2, "ms"] = pair[2] + 0
        } else {
            sum[part, pair[1]] += pair[2]
            sum[$2, pair[1]] += pair[2]
        }
    }
}
function v(part, key) { return sum[part, key] + 0 }
function heading(text) { print ""; print text }
function each(row,    list, m, i, part, name) {
    m = split(parts[row], list, " ")
    for (i = 1; i <= m; i++) {
        part = row " " list[i]
        name = list[i]
        gsub(",", " ", name)
        if (row == "KILL" || row == "TERM" || row == "errors")
            printf "    %-30s %5d of %5d points: %d old, %d new, %d live but not saved; %d broken, %d missed; at most %d ms\n", name, \
                v(part, "n"), v(part, "all"), v(part, "old"), v(part, "new"), v(part, "unsaved"), v(part, "broken"), v(part, "missed"), v(part, "ms")
        else if (row == "memory")
            printf "    %-30s %5d of %5d requests: %d old, %d new, %d live but not saved; %d not clean\n", name, v(part, "n"), \
                v(part, "all"), v(part, "old"), v(part, "new"), v(part, "unsaved"), v(part, "broken")
        else if (row == "both_killed")
            printf "    %-30s %5d of %5d points: %d with a part of it, %d not healed by the next commit\n", name, v(part, "n"), \
                v(part, "all"), v(part, "mixed"), v(part, "broken")
        else if (row == "race")
            printf "    %-30s %5d of %5d commits: %d mixed of %d looks; %d lost and %d failed of the racers' %d edits\n", name, v(part, "n"), \
                v(part, "all"), v(part, "mixed"), v(part, "looks"), v(part, "lost"), v(part, "failed"), v(part, "edits")
        else if (row == "rude")
            printf "    %-30s %5d of %5d commits beside %d edits: %d claims of what is not so\n", name, v(part, "n"), v(part, "all"), \
                v(part, "edits"), v(part, "claims")
        else if (row == "flood")
            printf "    %-30s %5d of %5d commits: %d unmarked of %d packets\n", name, v(part, "n"), v(part, "all"), \
                v(part, "unmarked"), v(part, "arrived")
        else if (row == "confirm")
            printf "    %-30s %5d of %5d restored\n", name, v(part, "restored"), v(part, "n")
        else if (row == "power_cut")
            printf "    %-30s %5d of %5d steps: %d old, %d new, %d one file of each; %d empty, %d broken\n", name, v(part, "n"), \
                v(part, "all"), v(part, "old"), v(part, "new"), v(part, "mixed"), v(part, "empty"), v(part, "broken")
        else if (row == "stopped")
            printf "    %-30s ended with %d after %d ms\n", name, v(part, "status"), v(part, "ms")
        else if (row == "environment")
            printf "    %-30s %5d verbs, %d findings\n", name, v(part, "n"), v(part, "bad")
        else
            printf "    %-30s %5d of %5d refused%s\n", name, v(part, "good"), v(part, "n"), v(part, "label") ? "; the label stays" : ""
    }
    if (!m) print "    no figure: it did not run"
}
END {
    heading("SIGKILL and SIGTERM at every syscall of --commit, and of other verbs: all points old/old or new/new within 2 s: " \
        v("KILL", "n") + v("TERM", "n") " points, " v("KILL", "broken") + v("TERM", "broken") " broken")
    print "  SIGKILL"; each("KILL")
    print "  SIGTERM"; each("TERM")
    print "  SIGKILL of the command and of its guard"; each("both_killed")
    heading("ENOSPC EIO EDQUOT EROFS EACCES ENOMEM EINTR EAGAIN EPERM at every syscall: " v("errors", "n") " of " v("errors", "all") \
        " pairs, " v("errors", "broken") " broken, " v("errors", "lied") " \"exit 0 but old\"")
    each("errors")
    heading("n-th malloc fails, once and for ever: clean end at " v("memory", "n") - v("memory", "broken") " of " v("memory", "n") " n")
    each("memory")
    heading("commit fails and then the k-th step of the rollback fails: status 7 and the repair command works at " \
        v("undo_fails", "steps") " k (a step that fails once: undone all the same, " v("undo_fails", "once") " k)")
    heading("committers with an iptables -R/-A/-D racer beside them: " v("race", "mixed") " mixed, " v("race", "lost") \
        " lost updates among those who lock")
    each("race")
    print "  rude ones, without the lock"; each("rude")
    heading("UDP flood over " v("flood", "n") " commits: " v("flood", "unmarked") " unmarked of " v("flood", "arrived") " packets")
    each("flood")
    heading("--confirm x {none, HUP, INT, TERM, KILL, closed pty, fresh namespace} x {before, during, after commit}: " \
        v("confirm legacy,matrix", "restored") " of " v("confirm legacy,matrix", "n") " restored")
    each("confirm")
    heading("power cut: copy of an ext4 image after each step: " v("power_cut", "old") " old, " v("power_cut", "new") " new, " \
        v("power_cut", "empty") " empty")
    each("power_cut")
    heading("what can fail fails before the first kernel write: " v("causes", "good") " of " v("causes", "n") " causes")
    each("causes")
    heading("boot files that are symlinks, FIFOs, devices, linked, in folders of others: " v("boot_files", "good") " of " \
        v("boot_files", "n") " refused")
    each("boot_files")
    heading("the environment, shells, /tmp: " v("environment", "bad") " findings")
    each("environment")
    heading("inputs that do not end: " v("endless", "good") " of " v("endless", "n") " refused, after " v("endless", "ms") \
        " ms at most; programs and guards that are stopped:")
    each("stopped")
}
