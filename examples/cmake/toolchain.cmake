# SPDX-License-Identifier: Apache-2.0 OR MIT
# GCC for aarch64, without a system below it. CROSS: the prefix of its programs.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
if(DEFINED ENV{CROSS})
  set(cross $ENV{CROSS})
else()
  set(cross aarch64-linux-gnu-)
endif()
set(CMAKE_C_COMPILER ${cross}gcc)
set(CMAKE_CXX_COMPILER ${cross}g++)
