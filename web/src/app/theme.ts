/** Mantine in the console's own clothes: its variables point to `tokens.css`, and its sizes are those of a tool. */
import { Button, type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const ember: MantineColorsTuple = [
  "#fff1ea",
  "#fbe0d3",
  "#f6c0a7",
  "#f29e77",
  "#f58250",
  "#e5622c",
  "#cb4a15",
  "#b93c0c",
  "#a33209",
  "#842705",
];

/** Warm as the rest: Mantine takes its borders and fills from these where no variable names them. */
const gray: MantineColorsTuple = [
  "#f7f5f1",
  "#f1eee8",
  "#e4dfd6",
  "#cfc8bc",
  "#b5ada1",
  "#968d82",
  "#6f675f",
  "#57504a",
  "#3b3632",
  "#1f1c19",
];

const dark: MantineColorsTuple = [
  "#ede8e0",
  "#cfc7bc",
  "#b8b0a5",
  "#968d82",
  "#443f39",
  "#2e2a26",
  "#161412",
  "#1b1917",
  "#141210",
  "#100e0c",
];

const FILLED = {
  "--button-bg": "var(--ember)",
  "--button-hover": "var(--ember-strong)",
  "--button-color": "var(--on-ember)",
};

export const theme = createTheme({
  primaryColor: "ember",
  primaryShade: { light: 7, dark: 4 },
  colors: { ember, gray, dark },
  autoContrast: true,
  fontFamily: "var(--font-text)",
  fontFamilyMonospace: "var(--font-mono)",
  defaultRadius: "md",
  radius: { sm: "6px", md: "8px", lg: "10px" },
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
  components: {
    Modal: { defaultProps: { transitionProps: { duration: 120 }, radius: "lg" } },
    Menu: { defaultProps: { transitionProps: { duration: 80 }, shadow: "md", radius: "md" } },
    TextInput: { defaultProps: { size: "xs" } },
    Textarea: { defaultProps: { size: "xs" } },
    NativeSelect: { defaultProps: { size: "xs" } },
    Button: Button.extend({
      defaultProps: { size: "xs" },
      vars: (_, { variant = "filled" }) => ({ root: variant === "filled" ? FILLED : {} }),
    }),
    SegmentedControl: { defaultProps: { size: "xs" } },
  },
});

const shared = {
  "--mantine-color-body": "var(--surface)",
  "--mantine-color-text": "var(--ink)",
  "--mantine-color-dimmed": "var(--ink-faint)",
  "--mantine-color-placeholder": "var(--ink-faint)",
  "--mantine-color-default": "var(--raised)",
  "--mantine-color-default-hover": "var(--sunken)",
  "--mantine-color-default-color": "var(--ink)",
  "--mantine-color-default-border": "var(--line-strong)",
  "--mantine-color-error": "var(--tone-program)",
  "--mantine-color-anchor": "var(--ember)",
  "--mantine-primary-color-filled": "var(--ember)",
  "--mantine-primary-color-filled-hover": "var(--ember-strong)",
  "--mantine-primary-color-contrast": "var(--on-ember)",
  "--mantine-primary-color-light-color": "var(--ember)",
};

export const variables: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared });
