/** Mantine's, with its styles, which the first page does without. */
import "@mantine/core/styles/FloatingIndicator.css";
import "@mantine/core/styles/SegmentedControl.css";

export { SegmentedControl } from "@mantine/core";
