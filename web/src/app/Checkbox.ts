/** Mantine's, with its styles, which the first page does without. */
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Checkbox.css";

export { Checkbox } from "@mantine/core";
