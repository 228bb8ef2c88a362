# Have the compiler, the assembler and the linker read or run what the program can't.
#
# origin: #include "/etc/shadow", .incbin, linker scripts, -fplugin, response files
# stopped by: compilers run in the same sandbox
# control: none: they read what their user can
# promise: PROCESS_1_HIDDEN
. ./attempt.sh

compile() { printf '%s\n' "$2" >attack.c && gcc "$1" -o /dev/null attack.c; }
if command -v gcc >/dev/null; then
  attempt "#include" compile -c "#include \"$CANARY_PATH\""
  attempt ".incbin" compile -c "__asm__(\".incbin \\\"$CANARY_PATH\\\"\");"
  attempt ".incbin of process 1" compile -c '__asm__(".incbin \"/proc/1/environ\"");'
  attempt "a response file" gcc "@$CANARY_PATH"
  attempt "a linker script" gcc -Wl,-T,"$CANARY_PATH" attack.c
  attempt "a plugin" gcc -fplugin=/proc/1/exe -c attack.c
  rm -f attack.c attack.o a.out
else
  attempt "a compiler" false
fi
