/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/boot_unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check_folder.h"

static const char sysconfig[] = "/etc/sysconfig/iptables", sysconfig6[] = "/etc/sysconfig/ip6tables",
                  rules4[] = "/etc/iptables/rules.v4", rules6[] = "/etc/iptables/rules.v6";
static const char plugins[] = "/usr/share/netfilter-persistent/plugins.d/";
static char path[5000];

static const char *full(const char *name)
{
    snprintf(path, sizeof path, "root%s", name);
    return path;
}

/* All folders on the way to root/NAME. */
static void make_folders(const char *name)
{
    full(name);
    for (char *p = path; (p = strchr(p + 1, '/'));) {
        *p = '\0';
        mkdir(path, 0755);
        *p = '/';
    }
}

static void put_file(const char *name)
{
    make_folders(name);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    ck_assert_int_eq((int)write(fd, "[Unit]\n", 7), 7);
    close(fd);
}

static void put_link(const char *name, const char *target)
{
    make_folders(name);
    ck_assert_int_eq(symlink(target, path), 0);
}

static void check(const char *file, const char *name, bool part, const char *enable)
{
    struct boot_unit unit = boot_unit_find("root", full(file));

    ck_assert_pstr_eq(unit.name, name);
    ck_assert_int_eq(unit.part, part);
    ck_assert_pstr_eq(unit.enable, enable);
}

START_TEST(test_nothing)
{
    static const char enable[] = "systemctl enable lbgen.service";

    check(sysconfig, NULL, false, enable);
    check(sysconfig6, NULL, false, enable);
    check(rules4, NULL, false, enable);
    check(rules6, NULL, false, enable);
    check("/etc/else", NULL, false, NULL);
    check("", NULL, false, NULL);
}
END_TEST

START_TEST(test_red_hat)
{
    put_file("/usr/lib/systemd/system/iptables.service");
    check(sysconfig, NULL, false, "systemctl enable iptables");
    check(sysconfig6, NULL, false, "systemctl enable lbgen.service");
    put_link("/etc/systemd/system/multi-user.target.wants/iptables.service",
             "/usr/lib/systemd/system/iptables.service");
    check(sysconfig, "iptables.service", false, NULL);
    check(sysconfig6, NULL, false, "systemctl enable lbgen.service");
    put_file("/usr/lib/systemd/system/ip6tables.service");
    check(sysconfig6, NULL, false, "systemctl enable ip6tables");
    put_link("/etc/systemd/system/basic.target.requires/ip6tables.service",
             "/usr/lib/systemd/system/ip6tables.service");
    check(sysconfig6, "ip6tables.service", false, NULL);
    check("/etc/else", NULL, false, NULL);
    check(rules4, NULL, false, "systemctl enable lbgen.service");
}
END_TEST

/* Debian's unit has the names of Red Hat's as aliases, and does nothing without the plugins. */
START_TEST(test_debian)
{
    static const char unit[] = "/lib/systemd/system/netfilter-persistent.service";

    put_file(unit);
    put_link("/etc/systemd/system/multi-user.target.wants/netfilter-persistent.service", unit);
    put_link("/etc/systemd/system/iptables.service", unit);
    check(rules4, NULL, false, "systemctl enable lbgen.service");
    snprintf(path, sizeof path, "%s15-ip4tables", plugins);
    put_file(strdupa(path));
    check(rules4, "netfilter-persistent.service", false, NULL);
    check(rules6, NULL, false, "systemctl enable lbgen.service");
    snprintf(path, sizeof path, "%s25-ip6tables", plugins);
    put_file(strdupa(path));
    check(rules6, "netfilter-persistent.service", false, NULL);
    check(sysconfig, NULL, false, "systemctl enable lbgen.service");
    ck_assert_int_eq(unlink(full("/etc/systemd/system/multi-user.target.wants/netfilter-persistent.service")),
                     0);
    check(rules6, NULL, false, "systemctl enable netfilter-persistent");
}
END_TEST

START_TEST(test_own)
{
    put_file("/usr/local/lib/systemd/system/lbgen.service");
    check(sysconfig, NULL, false, "systemctl enable lbgen.service");
    put_link("/etc/systemd/system/multi-user.target.wants/lbgen.service",
             "/usr/local/lib/systemd/system/lbgen.service");
    check(sysconfig, "lbgen.service", true, NULL);
    check(rules6, "lbgen.service", true, NULL);
    check("/etc/else", NULL, false, NULL);
    /* Who loads the whole comes first. */
    put_file("/usr/lib/systemd/system/iptables.service");
    check(sysconfig, "lbgen.service", true, NULL);
    put_link("/run/systemd/system/multi-user.target.wants/iptables.service",
             "/usr/lib/systemd/system/iptables.service");
    check(sysconfig, "iptables.service", false, NULL);
    check(sysconfig6, "lbgen.service", true, NULL);
}
END_TEST

/* Masked, or wanted but not installed any more: not loaded. */
START_TEST(test_not_usable)
{
    static const char wants[] = "/etc/systemd/system/multi-user.target.wants/iptables.service";

    put_link(wants, "/usr/lib/systemd/system/iptables.service");
    check(sysconfig, NULL, false, "systemctl enable lbgen.service");
    put_file("/usr/lib/systemd/system/iptables.service");
    check(sysconfig, "iptables.service", false, NULL);
    put_link("/etc/systemd/system/iptables.service", "/dev/null");
    check(sysconfig, NULL, false, "systemctl enable lbgen.service");
    ck_assert_int_eq(unlink(full("/etc/systemd/system/iptables.service")), 0);
    close(open(full("/etc/systemd/system/iptables.service"), O_CREAT | O_CLOEXEC | O_WRONLY, 0644));
    check(sysconfig, NULL, false, "systemctl enable lbgen.service");
    ck_assert_int_eq(unlink(full("/etc/systemd/system/iptables.service")), 0);
    put_file("/etc/systemd/system/iptables.service");
    check(sysconfig, "iptables.service", false, NULL);
}
END_TEST

/* One file under two names. */
START_TEST(test_other_name)
{
    put_file("/usr/lib/systemd/system/iptables.service");
    put_link("/etc/systemd/system/multi-user.target.wants/iptables.service",
             "/usr/lib/systemd/system/iptables.service");
    put_file("/etc/default/iptables");
    put_link("/etc/sysconfig", "default");
    check("/etc/default/iptables", "iptables.service", false, NULL);
    check("/etc/../etc/sysconfig/iptables", "iptables.service", false, NULL);
    check("/etc/default/ip6tables", NULL, false, NULL);
}
END_TEST

static Suite *boot_unit_suite(void)
{
    Suite *s = suite_create("boot_unit");
    TCase *t = new_case(s, "boot_unit");

    check_folder_use(t);
    tcase_add_test(t, test_nothing);
    tcase_add_test(t, test_red_hat);
    tcase_add_test(t, test_debian);
    tcase_add_test(t, test_own);
    tcase_add_test(t, test_not_usable);
    tcase_add_test(t, test_other_name);
    return s;
}

int main(void)
{
    return run_suite(boot_unit_suite());
}
