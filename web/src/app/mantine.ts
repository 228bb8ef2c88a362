/**
 * The styles of those of Mantine's components that the first page uses: all of them would be a fifth of its load.
 * What only some pages use comes with it: `Checkbox`, `SegmentedControl`, the palette's `Modal`. Mantine's file of
 * variables isn't here: its provider works them out from the theme (see `main.tsx`). Nor are its tooltips, for which
 * much more would be loaded; a button without words has a `title`.
 */
import "@mantine/core/styles/baseline.css";
import "@mantine/core/styles/global.css";
import "@mantine/core/styles/UnstyledButton.css";
import "@mantine/core/styles/ActionIcon.css";
import "@mantine/core/styles/Button.css";
import "@mantine/core/styles/CloseButton.css";
import "@mantine/core/styles/Input.css";
import "@mantine/core/styles/Loader.css";
import "@mantine/core/styles/Menu.css";
import "@mantine/core/styles/Popover.css";
import "@mantine/core/styles/Tabs.css";
