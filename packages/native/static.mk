# How a static program with a C library is linked: with musl, whose licence asks for a notice alone. glibc's asks that others
# can link the program anew (docs/decisions/0020). For a Makefile that has set CC; MUSL may name a folder to take it from.
MACHINE := $(shell $(CC) -dumpmachine)
ifeq ($(MACHINE),)
$(error $(CC) cannot be run: install a C compiler)
endif
MUSL_MACHINE := $(subst -pc,,$(subst linux-gnu,linux-musl,$(MACHINE)))
# Debian's places, then Arch's.
MUSL_HEADERS := $(firstword $(wildcard $(MUSL)/usr/include/$(MUSL_MACHINE) $(MUSL)/usr/lib/musl/include))
MUSL_LIBRARY := $(patsubst %/libc.a,%,$(firstword $(wildcard $(addprefix $(MUSL)/usr/lib/,$(MUSL_MACHINE)/libc.a musl/lib/libc.a))))
# The kernel's headers are not musl's to give: those of a cross-compiler, or the machine's own.
KERNEL_HEADERS := $(firstword $(wildcard /usr/$(MACHINE)/include/asm /usr/include/$(MACHINE)/asm /usr/include/asm))
STATIC_CFLAGS := -std=gnu11 -fno-pie -nostdinc -isystem $(MUSL_HEADERS) -isystem $(shell $(CC) -print-file-name=include) \
	-idirafter $(patsubst %/asm,%,$(KERNEL_HEADERS)) -idirafter /usr/include
STATIC_LDFLAGS := -static -no-pie -nostdlib -s -Wl,--build-id=none -Wl,--gc-sections -Wl,-z,noexecstack
# Goes behind the sources.
STATIC_LIBRARIES = $(MUSL_LIBRARY)/crt1.o $(MUSL_LIBRARY)/crti.o $(MUSL_LIBRARY)/libc.a $(shell $(CC) -print-libgcc-file-name) \
	$(MUSL_LIBRARY)/libc.a $(MUSL_LIBRARY)/crtn.o

ifeq ($(MUSL_LIBRARY),)
$(error musl for $(MACHINE) is not installed. Debian has it in musl-dev, Arch in musl)
endif
