# What the stage before wrote, as a table.
printf '%-8s %8s\n' model error
while read -r model error; do
    printf '%-8s %8s\n' "$model" "$error"
done
