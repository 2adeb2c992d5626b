# Every folder of the house is one static library with its own headers: vqagen_library(NAME
# [DEPENDS folders...] [PACKAGES pkg-config names...]). All *.c of the folder belong to it.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

set(VQAGEN_WARNINGS
    -Wall -Wextra -Werror -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes
    -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wnull-dereference
    -Wno-format-truncation -Wno-stringop-truncation)

add_library(vqagen_flags INTERFACE)
target_compile_options(vqagen_flags INTERFACE ${VQAGEN_WARNINGS} -fstack-protector-strong)
target_compile_definitions(vqagen_flags INTERFACE _GNU_SOURCE VQAGEN_VERSION="${PROJECT_VERSION}")
target_link_libraries(vqagen_flags INTERFACE Threads::Threads)

set(VQAGEN_SANITIZE "" CACHE STRING "Sanitizers, as given to -fsanitize= (address,undefined or thread)")
if(VQAGEN_SANITIZE)
  target_compile_options(vqagen_flags INTERFACE -fsanitize=${VQAGEN_SANITIZE}
                         -fno-sanitize-recover=all -fno-omit-frame-pointer -Wno-null-dereference)
  target_link_options(vqagen_flags INTERFACE -fsanitize=${VQAGEN_SANITIZE})
endif()
if(VQAGEN_FUZZ)
  # The warnings are GCC's, which builds everything else.
  target_compile_options(vqagen_flags INTERFACE -fsanitize=fuzzer-no-link -Wno-error
                         -Wno-unknown-warning-option)
endif()

function(vqagen_library name)
  cmake_parse_arguments(LIB "" "" "DEPENDS;PACKAGES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.c)
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE vqagen_flags)
  foreach(package ${LIB_PACKAGES})
    string(MAKE_C_IDENTIFIER ${package} target)
    if(NOT TARGET PkgConfig::${target})
      pkg_check_modules(${target} REQUIRED IMPORTED_TARGET GLOBAL ${package})
    endif()
    target_link_libraries(${name} PUBLIC PkgConfig::${target})
  endforeach()
  foreach(folder ${LIB_DEPENDS})
    target_link_libraries(${name} PUBLIC ${folder})
  endforeach()
endfunction()
