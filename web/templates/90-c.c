// title: C
// about: A pointer to nowhere
#include <stdio.h>

static int follow(const int *pointer) {
  return *pointer;
}

int main(void) {
  printf("About to follow a pointer to nowhere.\n");
  fflush(stdout);
  return follow(NULL);
}
