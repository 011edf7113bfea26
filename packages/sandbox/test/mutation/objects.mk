# The programs of the Makefile, of one object file for each source: a mutant compiles the source that it changed, and no other.
include Makefile

SOURCES := $(sort $(LAUNCHER_SOURCES) $(EXEC_SOURCES) $(LAYER_SOURCES))
object = objects/$(subst /,-,$(1:.c=.o))
objects = $(foreach source,$(1),$(call object,$(source)))

define compiled
$(call object,$(1)): $(1) $(HEADERS)
	mkdir -p objects
	$$(CC) $$(CFLAGS) -c -o $$@ $(1)
endef
$(foreach source,$(SOURCES),$(eval $(call compiled,$(source))))

.PHONY: mutant
mutant: objects/launcher objects/sb-exec

objects/launcher: $(call objects,$(LAUNCHER_SOURCES) $(LAYER_SOURCES))
	$(CC) $(CFLAGS) $(LDFLAGS) -o $(OUT) $^
	touch $@

objects/sb-exec: $(call objects,$(EXEC_SOURCES) $(LAYER_SOURCES))
	$(CC) $(CFLAGS) $(LDFLAGS) -o $(EXEC) $^
	touch $@
