# How the probe is built, for its own package and for the sandbox, which ships it: PROBE says where to.
PROBE_SOURCES := $(wildcard ../probe/native/*.c)
# musl declares the request of ioctl(2) as int, and the flags of sendmmsg(2) as unsigned.
PROBE_CFLAGS := -O2 -Wall -Wextra -Werror -Wshadow -Wconversion -Wno-sign-conversion -include ../probe/native/libc_lacks.h

$(PROBE): $(PROBE_SOURCES) $(wildcard ../probe/native/*.h) ../probe/native/probe.mk ../native/static.mk
	mkdir -p $(dir $@)
	@names=$$(sed -n 's/^\t{"\([^"]*\)".*/\1/p' $(PROBE_SOURCES) | sort | uniq -d); \
		[ -z "$$names" ] || { echo "two operations are called $$names" >&2; exit 1; }
	$(CC) $(STATIC_CFLAGS) $(PROBE_CFLAGS) $(STATIC_LDFLAGS) -o $@ $(PROBE_SOURCES) $(STATIC_LIBRARIES)
