/** The frame around every page: where one can go, how the server is, and everything from the keyboard. */
import { ActionIcon, Menu, useMantineColorScheme } from "@mantine/core";
import {
  IconArrowsDiff,
  IconCalendarRepeat,
  IconChartBar,
  IconCommand,
  IconDots,
  IconFlame,
  IconHistory,
  IconMoon,
  IconServer2,
  IconStack2,
  IconSun,
  IconTerminal2,
  IconTopologyStar3,
} from "@tabler/icons-react";
import { Link, Outlet, useNavigate, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { useStore } from "../api/store";
import { Connection } from "./Connection";
import { type Command, press, shown, useCommands } from "./commands";
import { debugging, setDebugging } from "./debugging";
import { changeLogLevel, LEVELS } from "./logLevel";
import classes from "./Shell.module.css";
import { Toasts } from "./Toasts";

const Debug = lazy(() => import("./Debug"));
const Palette = lazy(() => import("./Palette"));

/** `room` says from which width on a place stands in the bar; below that, it is in the menu at its end. */
const PLACES = [
  { to: "/", label: "Workbench", icon: IconFlame, keys: "g w", room: "any" },
  { to: "/evaluations", label: "History", icon: IconHistory, keys: "g h", room: "any" },
  { to: "/batches", label: "Batches", icon: IconStack2, keys: "g b", room: "any" },
  { to: "/pipelines", label: "Pipelines", icon: IconTopologyStar3, keys: "g p", room: "some" },
  { to: "/schedules", label: "Schedules", icon: IconCalendarRepeat, keys: "g d", room: "some" },
  { to: "/sessions", label: "Sessions", icon: IconTerminal2, keys: "g t", room: "any" },
  { to: "/operations", label: "Operations", icon: IconServer2, keys: "g o", room: "much" },
  { to: "/statistics", label: "Statistics", icon: IconChartBar, keys: "g s", room: "much" },
  { to: "/compare", label: "Compare", icon: IconArrowsDiff, keys: "g c", room: "most" },
] as const;

const PRELOAD_MS = 4_000;

export function Shell() {
  const navigate = useNavigate();
  const router = useRouter();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const debug = useStore(debugging);
  const [palette, setPalette] = useState<"commands" | "keys" | null>(null);

  const own = useMemo<Command[]>(
    () => [
      ...PLACES.map(({ to, label, keys }) => ({
        id: `go ${to}`,
        label: `Go to ${label.toLowerCase()}`,
        group: "Go",
        keys,
        run: () => void navigate({ to }),
      })),
      {
        id: "palette",
        label: "Find a command",
        group: "Console",
        keys: "mod+k",
        run: () => setPalette("commands"),
      },
      { id: "keys", label: "Show keyboard shortcuts", group: "Console", keys: "?", run: () => setPalette("keys") },
      {
        id: "debug",
        label: "Show or hide the debug overlay",
        keywords: "latency requests",
        group: "Console",
        run: () => setDebugging(!debugging.get()),
      },
      ...LEVELS.map((level) => ({
        id: `log ${level}`,
        label: `Have the server’s log tell from “${level}” on`,
        keywords: "log level verbose logging",
        group: "Server",
        run: () => void changeLogLevel(level),
      })),
      ...(["light", "dark", "auto"] as const).map((scheme) => ({
        id: `theme ${scheme}`,
        label:
          scheme === "auto" ? "Colours as the system has them" : `${scheme === "dark" ? "Dark" : "Light"} colours`,
        keywords: "theme scheme mode",
        group: "Console",
        run: () => setColorScheme(scheme),
      })),
    ],
    [navigate, setColorScheme],
  );
  useCommands(own);

  useEffect(() => {
    const listen = (event: KeyboardEvent) => void press(event);
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);

  // By the time somebody goes to another page, it is here, even where the server is not.
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const { to } of PLACES) void router.loadRouteChunk(router.routesByPath[to]);
    }, PRELOAD_MS);
    return () => clearTimeout(timer);
  }, [router]);

  const dark =
    colorScheme === "dark" || (colorScheme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);

  return (
    <div className={classes.frame}>
      <a href="#page" className={classes.skip}>
        Skip to the page
      </a>
      <header className={classes.bar}>
        <Link to="/" className={classes.mark} aria-label="Crucible, to the workbench">
          <Mark />
          <span>Crucible</span>
        </Link>
        <nav className={classes.places} aria-label="Pages">
          {PLACES.map(({ to, label, icon: Icon, room }) => (
            <Link
              key={to}
              to={to}
              className={classes.place}
              data-room={room}
              activeOptions={{ exact: to === "/", includeSearch: false }}
            >
              <Icon size={18} stroke={1.6} aria-hidden />
              <span>{label}</span>
            </Link>
          ))}
          <Menu position="bottom-end" width={190}>
            <Menu.Target>
              <button type="button" className={classes.place} data-more>
                <IconDots size={18} stroke={1.6} aria-hidden />
                <span>More</span>
              </button>
            </Menu.Target>
            <Menu.Dropdown>
              {PLACES.filter(({ room }) => room !== "any").map(({ to, label, icon: Icon, room }) => (
                <Menu.Item
                  key={to}
                  component={Link}
                  to={to}
                  className={classes.other}
                  data-room={room}
                  leftSection={<Icon size={16} stroke={1.6} aria-hidden />}
                >
                  {label}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </nav>
        <div className={classes.tools}>
          <Connection />
          <button type="button" className={classes.find} onClick={() => setPalette("commands")}>
            <IconCommand size={15} stroke={1.6} aria-hidden />
            <span className={classes.findLabel}>Commands</span>
            <kbd className={classes.key}>{shown("mod+k").join(" ")}</kbd>
          </button>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={34}
            aria-label={dark ? "Light colours" : "Dark colours"}
            title={dark ? "Light colours" : "Dark colours"}
            onClick={() => setColorScheme(dark ? "light" : "dark")}
            className={classes.icon}
          >
            {dark ? <IconSun size={18} stroke={1.6} /> : <IconMoon size={18} stroke={1.6} />}
          </ActionIcon>
        </div>
      </header>
      <main id="page" className={classes.page} tabIndex={-1}>
        <Outlet />
      </main>
      <Toasts />
      <Suspense>{debug && <Debug />}</Suspense>
      <Suspense>{palette && <Palette keys={palette === "keys"} close={() => setPalette(null)} />}</Suspense>
    </div>
  );
}

function Mark() {
  return (
    <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true">
      <path
        d="M5 8h22l-3 14.200a5 5 0 0 1-4.900 3.900h-6.200a5 5 0 0 1-4.900-3.900z"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.4"
        strokeLinejoin="round"
      />
      <path
        d="M9.500 15.500h13l-1.300 6a2.600 2.600 0 0 1-2.500 2h-5.400a2.600 2.600 0 0 1-2.500-2z"
        fill="var(--ember)"
      />
    </svg>
  );
}
