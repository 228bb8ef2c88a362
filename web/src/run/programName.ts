/** What the file is called that `code` became: runtimes of a kind agree on it. */
export function programName(runtime: string): string {
  const kinds: [RegExp, string][] = [
    [/^python/, "main.py"],
    [/^(node|javascript)/, "main.js"],
    [/^(bash|sh)$/, "main.sh"],
    [/^(cpp|c\+\+|g\+\+)/, "main.cpp"],
    [/^(c|gcc)$/, "main.c"],
  ];
  return kinds.find(([kind]) => kind.test(runtime))?.[1] ?? "main.py";
}
