# The nanobenchmarks' guest, cross-compiled to a flat image that bench/nano.c takes in.
find_program(BENCH_CC riscv64-unknown-elf-gcc REQUIRED)
find_program(BENCH_OBJCOPY riscv64-unknown-elf-objcopy REQUIRED)
set(NANO_SOURCE ${CMAKE_CURRENT_LIST_DIR}/guest/nano.S)
set(NANO_IMAGE ${CMAKE_BINARY_DIR}/nano.bin)
add_custom_command(
  OUTPUT ${NANO_IMAGE}
  COMMAND ${BENCH_CC} -nostdlib -static -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany
          -Wl,-Ttext=0x80200000 -Wl,--build-id=none ${NANO_SOURCE} -o ${NANO_IMAGE}.elf
  COMMAND ${BENCH_OBJCOPY} -O binary ${NANO_IMAGE}.elf ${NANO_IMAGE}
  DEPENDS ${NANO_SOURCE}
  COMMENT "Cross-compiling ${NANO_IMAGE}"
  VERBATIM)
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/nano.c PROPERTIES
  OBJECT_DEPENDS ${NANO_IMAGE} COMPILE_DEFINITIONS NANO_IMAGE="${NANO_IMAGE}")
