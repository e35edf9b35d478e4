# SPDX-License-Identifier: GPL-2.0-or-later
#   make            ./lbgen and liblbgen.a          make demo    set up, build, print the example's rule set
#   make test       set up, build, pass every test  make lint    static analysis      make layers   who includes whom
#   make test-long    what needs minutes: firewalld, Ansible      make test-vm   directors, IPVS and reboots in virtual machines
#   make test-faults  kills, errors, races, at length             make fuzz      each reader for FUZZ_SECONDS (120)
#   make coverage     what of the code the tests run              make lint      static analysis, all warnings, hardening
#   make install    PREFIX, DESTDIR                 make format  clang-format         make bench    tests/bench
#   make deb, make rpm, make dist  packages, into build/packages    make test-packages  what is in them, installed and run
#   V=1 shows the commands, DEBUG=1 builds with ASan and UBSan, COVERAGE=1 to be counted (each into a folder of its own).

VERSION := 0.1.0
PREFIX  ?= /usr/local
SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system
DOCDIR  ?= $(PREFIX)/share/doc/lbgen
MANDIR  ?= $(PREFIX)/share/man
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR  ?= $(PREFIX)/share/zsh/site-functions
CC      ?= cc
PKG_CONFIG ?= pkg-config

ifeq ($(origin CC),default)
CC := gcc
endif

VARIANT := release
ifeq ($(DEBUG),1)
VARIANT := debug
endif
ifeq ($(COVERAGE),1)
VARIANT := coverage
endif
ifeq ($(FUZZ),1)
VARIANT := fuzz
CC := clang
endif
BUILD := build/$(VARIANT)

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
# $(call takes,FLAGS): the flags, where this compiler and C library take them without a word.
takes = $(if $(shell $(CC) $(1) -O2 -Werror -E -include features.h -x c /dev/null 2>&1 >/dev/null),,$(1))
FORTIFY  := $(or $(call takes,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
OPTIMISE := -O3 -g $(FORTIFY)
ifeq ($(DEBUG),1)
OPTIMISE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS  += -fsanitize=address,undefined
endif
ifeq ($(COVERAGE),1)
OPTIMISE := -O0 -g
LDFLAGS  += --coverage -Wl,--wrap=_exit $(BUILD)/tests/coverage/flush.o
endif
ifeq ($(FUZZ),1)
# clang's pointer-overflow objects to NULL + 0, which is the end of an empty list; ASan sees what is read beyond one.
OPTIMISE := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=pointer-overflow \
            -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS  += -fsanitize=address,undefined
endif
CFLAGS   ?= $(OPTIMISE)
HARDEN   := -fstack-protector-strong $(call takes,-fstack-clash-protection) -fPIE
# Paths of the building machine stay out of the program: two builds of one source are the same bytes.
SAME     := -ffile-prefix-map=$(CURDIR)=.
ifeq ($(COVERAGE),1)
SAME     := # counters lie where the program was built, wherever it runs
endif
ALL_CFLAGS = -std=gnu11 $(WARNINGS) $(HARDEN) $(CFLAGS) $(EXTRA_CFLAGS) $(SAME) -Iinclude -I$(BUILD) -D_GNU_SOURCE \
             -DLBGEN_VERSION='"$(VERSION)"' -MMD -MP $(PKG_CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now $(LDFLAGS)
PKGS     := xtables inih jansson libip4tc libip6tc libmnl libnftables
PKG_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(PKGS))
LIBS      = $(shell $(PKG_CONFIG) --libs $(PKGS))
CHECK_LIBS = $(shell $(PKG_CONFIG) --libs check)

SOURCES := $(wildcard gen/*/*.c)
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/templates_shipped.o
TEMPLATES := $(filter-out templates/example.ini,$(sort $(wildcard templates/*.ini)))
UNITS   := $(patsubst tests/check_%.c,%,$(wildcard tests/check_*.c))
UNIT_PROGRAMS := $(UNITS:%=$(BUILD)/tests/check_%)
TOOLS   := $(patsubst tests/tools/%.c,$(BUILD)/tests/tools/%,$(wildcard tests/tools/*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/tests/fuzz/%,$(wildcard tests/fuzz/*.c))
PRELOADS := $(patsubst %.c,$(BUILD)/%.so,$(wildcard tests/faults/*.c tests/preload/*.c))
C_FILES := $(wildcard gen/*.c gen/*/*.c include/lbgen/*.h tests/*.c tests/*.h tests/*/*.c)

PROGRAM := lbgen
LIBRARY := liblbgen.a
ifneq ($(VARIANT),release)
PROGRAM := $(BUILD)/lbgen
LIBRARY := $(BUILD)/liblbgen.a
endif

ifeq ($(V),1)
say = @:
else
Q   := @
say = @printf '  %-6s %s\n'
endif

.DEFAULT_GOAL := all
.PHONY: all demo test test-long test-faults test-vm fuzz fuzzers coverage units tools check-units setup setup-test install version dist deb rpm test-packages clean clean-build format lint layers bench
.DELETE_ON_ERROR:

all: $(PROGRAM) $(LIBRARY)

$(PROGRAM): $(BUILD)/gen/main.o $(LIBRARY)
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(LIBRARY): $(OBJECTS)
	$(say) AR $@
	$(Q)rm -f $@ && ar rcs $@ $^

$(BUILD)/%.o: %.c Makefile
	$(say) CC $<
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -c -o $@ $<

ifeq ($(COVERAGE),1)
$(BUILD)/gen/%.o: ALL_CFLAGS += --coverage
$(PROGRAM) $(UNIT_PROGRAMS) $(TOOLS): | $(BUILD)/tests/coverage/flush.o
endif

$(BUILD)/templates_shipped.c: $(TEMPLATES) Makefile
	$(say) EMBED $@
	$(Q)mkdir -p $(@D) && { \
	    echo '#include "lbgen/template.h"'; \
	    echo 'const struct shipped_template shipped_templates[] = {'; \
	    for t in $(TEMPLATES); do n=$${t##*/}; printf '{"%s",\n' "$${n%.ini}"; \
	        sed 's/\\/\\\\/g; s/"/\\"/g; s/^/"/; s/$$/\\n"/' "$$t"; echo '},'; done; \
	    echo '{0, 0}};'; } > $@

$(BUILD)/templates_shipped.o: $(BUILD)/templates_shipped.c
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/tests/check_%: $(BUILD)/tests/check_%.o $(LIBRARY)
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(LIBRARY) $(CHECK_LIBS) $(LIBS)

# A backend of arrays (live.h).
FAKE_UNITS := plan change change_killed change_trouble guard journal guard_calls guard_process
$(FAKE_UNITS:%=$(BUILD)/tests/check_%): $(BUILD)/tests/fake_live.o

# Calls that fail (tests/faults/calls.h).
FAULT_UNITS := persist_calls file_calls guard_calls
$(FAULT_UNITS:%=$(BUILD)/tests/check_%): $(BUILD)/tests/faults/calls.o

$(BUILD)/tests/tools/%: $(BUILD)/tests/tools/%.o $(LIBRARY)
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# A reader, and what it must not do, for libFuzzer; it sees no file.
$(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/%.o $(LIBRARY)
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $(filter %.o,$^) $(LIBRARY) $(LIBS)

WRAP_KA  := -Wl,--wrap=ka_files_read,--wrap=ka_files_match
WRAP_FILE := -Wl,--wrap=sources_read
WRAP_STATE := -Wl,--wrap=state_read
KA_FUZZERS := ini import keepalived
$(KA_FUZZERS:%=$(BUILD)/tests/fuzz/%): ALL_LDFLAGS += $(WRAP_KA)
$(KA_FUZZERS:%=$(BUILD)/tests/fuzz/%): $(BUILD)/tests/fuzz_files.o
$(BUILD)/tests/fuzz/save: ALL_LDFLAGS += $(WRAP_FILE)
$(BUILD)/tests/fuzz/state: ALL_LDFLAGS += $(WRAP_STATE)

# All of them once more in one unit, for the inputs that are kept.
FOUND_OBJECTS := $(patsubst tests/fuzz/%.c,$(BUILD)/tests/found/%.o,$(wildcard tests/fuzz/*.c))
$(FOUND_OBJECTS): $(BUILD)/tests/found/%.o: tests/fuzz/%.c
	$(say) CC $<
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -DLLVMFuzzerTestOneInput=fuzz_$* -c -o $@ $<

$(BUILD)/tests/check_found: $(FOUND_OBJECTS) $(BUILD)/tests/fuzz_files.o
$(BUILD)/tests/check_found: ALL_LDFLAGS += $(WRAP_KA) $(WRAP_FILE) $(WRAP_STATE)

$(PRELOADS): $(BUILD)/%.so: %.c
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(CC) -std=gnu11 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) $(EXTRA_CFLAGS) -fPIC -shared -o $@ $<

.SECONDARY:

# --- what a bare machine lacks -------------------------------------------------------------------------------------

setup:
	$(Q)tests/setup build

setup-test:
	$(Q)tests/setup test

# Their own make, so that pkg-config is asked after the set-up has put it there.
demo: setup
	@$(MAKE) --no-print-directory all
	@printf '\n# lbgen templates/example.ini\n'
	@./$(PROGRAM) -4 templates/example.ini
	@printf '\n# lbgen -6 templates/example.ini\n'
	@./$(PROGRAM) -6 templates/example.ini

test: setup-test
	@$(MAKE) --no-print-directory all layers
	@tests/run

test-long:
	@tests/setup long
	@$(MAKE) --no-print-directory all
	@tests/run --long

test-faults: setup-test
	@$(MAKE) --no-print-directory all tools
	@tests/faults/run

test-vm:
	@tests/setup vm
	@$(MAKE) --no-print-directory all tools
	@tests/vm/run

fuzz:
	@tests/setup fuzz
	@$(MAKE) --no-print-directory all tools
	@$(MAKE) --no-print-directory FUZZ=1 fuzzers
	@tests/fuzz/run

coverage:
	@tests/setup coverage
	@tests/coverage/run

# The picture in README; it lies in the repository, since graphviz is only there to test.
man/example.svg: templates/example.ini $(PROGRAM)
	$(say) DRAW $@
	$(Q)./$(PROGRAM) --no-system-templates --format dot $< | dot -Tsvg >$@

# --- tests, one part at a time (tests/run calls them all and counts) -------------------------------------------------

tools: $(TOOLS) $(PRELOADS)
fuzzers: $(FUZZERS)
units: $(UNIT_PROGRAMS)

check-units: units
	@tests/units $(BUILD)

# --- care ------------------------------------------------------------------------------------------------------------

layers:
	@tests/layers

format:
	clang-format -i $(C_FILES)

lint:
	@tests/setup lint
	@tests/lint/run

clean-build:
	rm -rf $(BUILD)

bench: all tools
	tests/bench/generate
	tests/bench/tree
	tests/bench/commit
	tests/bench/reason
	tests/bench/equiv
	tests/bench/packet

# Folders that a package owns come with what is in them; /etc/lbgen is the administrator's, and empty.
install: all
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(MANDIR)/man7 $(DESTDIR)$(MANDIR)/man8 \
	    $(DESTDIR)$(BASHDIR) $(DESTDIR)$(ZSHDIR) $(DESTDIR)$(DOCDIR)/man $(DESTDIR)$(DOCDIR)/templates $(DESTDIR)$(UNITDIR) \
	    $(DESTDIR)$(SYSCONFDIR)/lbgen/templates
	install -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/sbin/lbgen
	for page in man/*.[578]; do install -m 644 $$page $(DESTDIR)$(MANDIR)/man$${page##*.}/ || exit; done
	install -m 644 completion/lbgen.bash $(DESTDIR)$(BASHDIR)/lbgen
	install -m 644 completion/_lbgen $(DESTDIR)$(ZSHDIR)/_lbgen
	install -m 644 README.md CHANGELOG.md $(DESTDIR)$(DOCDIR)/
	install -m 644 man/lbgen.schema.json man/*.svg $(DESTDIR)$(DOCDIR)/man/
	install -m 644 templates/*.ini templates/lbgen-fleet.yml $(DESTDIR)$(DOCDIR)/templates/
	for unit in lbgen.service lbgen-drift.service lbgen-drift.timer; do \
	    sed 's|/usr/local/sbin/|$(PREFIX)/sbin/|' templates/$$unit >$(DESTDIR)$(UNITDIR)/$$unit && \
	    chmod 644 $(DESTDIR)$(UNITDIR)/$$unit || exit; \
	done

# --- packages: of what is committed, or of this folder as it is where there is no git --------------------------------

version:
	@echo $(VERSION)

dist deb rpm:
	@[ $@ = dist ] || tests/setup package
	@packaging/build $@

test-packages:
	@tests/setup package
	@tests/packages/run

clean:
	rm -rf build lbgen liblbgen.a

-include $(OBJECTS:.o=.d) $(BUILD)/gen/main.d $(UNIT_PROGRAMS:=.d) $(BUILD)/tests/fake_live.d $(TOOLS:=.d) $(FUZZERS:=.d) $(BUILD)/tests/fuzz_files.d $(FOUND_OBJECTS:.o=.d)
