/** The console's addresses. What a page shows is in its address, so that a reload or a link brings it back. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import type { Outcome } from "../api/types";
import { OUTCOME_VALUES } from "../api/vocabulary";
import { type Filter, parseFilter } from "../history/filter";
import { Missing } from "./Missing";
import { PageError } from "./PageError";
import { Shell } from "./Shell";

const root = createRootRoute({ component: Shell, notFoundComponent: Missing, errorComponent: PageError });

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const workbenchRoute = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: (search): { run?: string } => ({ run: text(search.run) }),
  component: lazyRouteComponent(() => import("../compose/Workbench"), "Workbench"),
});

const historyRoute = createRoute({
  getParentRoute: () => root,
  path: "/evaluations",
  validateSearch: (search): Filter => parseFilter(search),
  component: lazyRouteComponent(() => import("../history/HistoryPage"), "HistoryPage"),
});

const compareRoute = createRoute({
  getParentRoute: () => root,
  path: "/compare",
  validateSearch: (search): { left?: string; right?: string; all?: boolean } => ({
    left: text(search.left),
    right: text(search.right),
    all: search.all === true || undefined,
  }),
  component: lazyRouteComponent(() => import("../compare/ComparePage"), "ComparePage"),
});

const statisticsRoute = createRoute({
  getParentRoute: () => root,
  path: "/statistics",
  validateSearch: (search): { hours: number } => ({
    hours: [1, 24, 168, 720].find((hours) => hours === Number(search.hours)) ?? 24,
  }),
  component: lazyRouteComponent(() => import("../operations/StatisticsPage"), "StatisticsPage"),
});

const evaluationRoute = createRoute({
  getParentRoute: () => root,
  path: "/evaluations/$id",
  component: lazyRouteComponent(() => import("../run/EvaluationPage"), "EvaluationPage"),
});

const batchesRoute = createRoute({
  getParentRoute: () => root,
  path: "/batches",
  component: lazyRouteComponent(() => import("../batches/BatchesPage"), "BatchesPage"),
});

const batchRoute = createRoute({
  getParentRoute: () => root,
  path: "/batches/$id",
  validateSearch: (search): { outcome?: Outcome; cause?: string } => ({
    outcome: OUTCOME_VALUES.find((one) => one === search.outcome),
    cause: text(search.cause),
  }),
  component: lazyRouteComponent(() => import("../batches/BatchPage"), "BatchPage"),
});

const pipelinesRoute = createRoute({
  getParentRoute: () => root,
  path: "/pipelines",
  component: lazyRouteComponent(() => import("../pipelines/PipelinesPage"), "PipelinesPage"),
});

const pipelineRoute = createRoute({
  getParentRoute: () => root,
  path: "/pipelines/$id",
  validateSearch: (search): { stage?: string } => ({ stage: text(search.stage) }),
  component: lazyRouteComponent(() => import("../pipelines/PipelinePage"), "PipelinePage"),
});

const schedulesRoute = createRoute({
  getParentRoute: () => root,
  path: "/schedules",
  component: lazyRouteComponent(() => import("../schedules/SchedulesPage"), "SchedulesPage"),
});

const newScheduleRoute = createRoute({
  getParentRoute: () => root,
  path: "/schedules/new",
  validateSearch: (search): { from?: string } => ({ from: text(search.from) }),
  component: lazyRouteComponent(() => import("../schedules/ScheduleEditor"), "NewSchedule"),
});

const scheduleRoute = createRoute({
  getParentRoute: () => root,
  path: "/schedules/$id",
  component: lazyRouteComponent(() => import("../schedules/SchedulePage"), "SchedulePage"),
});

const editScheduleRoute = createRoute({
  getParentRoute: () => root,
  path: "/schedules/$id/edit",
  component: lazyRouteComponent(() => import("../schedules/ScheduleEditor"), "EditSchedule"),
});

const sessionsRoute = createRoute({
  getParentRoute: () => root,
  path: "/sessions",
  component: lazyRouteComponent(() => import("../sessions/SessionsPage"), "SessionsPage"),
});

const sessionRoute = createRoute({
  getParentRoute: () => root,
  path: "/sessions/$id",
  component: lazyRouteComponent(() => import("../sessions/SessionPage"), "SessionPage"),
});

const operationsRoute = createRoute({
  getParentRoute: () => root,
  path: "/operations",
  component: lazyRouteComponent(() => import("../operations/OperationsPage"), "OperationsPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    workbenchRoute,
    historyRoute,
    compareRoute,
    statisticsRoute,
    operationsRoute,
    evaluationRoute,
    batchesRoute,
    batchRoute,
    pipelinesRoute,
    pipelineRoute,
    schedulesRoute,
    newScheduleRoute,
    scheduleRoute,
    editScheduleRoute,
    sessionsRoute,
    sessionRoute,
  ]),
  defaultPreload: "intent",
  // The frame is painted at once, with an empty page in it, and not only once the page's own part is here.
  defaultPendingMs: 0,
  defaultPendingComponent: () => null,
  defaultErrorComponent: PageError,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
