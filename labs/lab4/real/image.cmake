# lab4.elf: the guest OS with one program more, family. Its folder is the guest's (guestos/CMakeLists.txt).
set(LAB4_DIR ${CMAKE_CURRENT_BINARY_DIR}/lab4)
file(MAKE_DIRECTORY ${LAB4_DIR})
guestos_object(${LAB4_DIR}/family.o ${CMAKE_CURRENT_LIST_DIR}/family.c -I${GUESTOS_DIR}/user
  ${guestos_flags} -ffile-prefix-map=${CMAKE_CURRENT_LIST_DIR}=labs/lab4/real)
guestos_program(${LAB4_DIR}/family.elf ${LAB4_DIR}/family "${guestos_user};${LAB4_DIR}/family.o"
  "${guestos_flags}")
guestos_image(lab4 ${LAB4_DIR} ${guestos_march} "${guestos_flags}" "${guestos_kernel}"
  "bin/init=${CMAKE_CURRENT_BINARY_DIR}/guestos/bin/init;bin/family=${LAB4_DIR}/family")
add_custom_target(lab4_image DEPENDS ${CMAKE_BINARY_DIR}/lab4.elf)
