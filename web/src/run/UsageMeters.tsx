/** What it used, each beside the limit that held it. */
import type { Evaluation } from "../api/types";
import { bytes, seconds } from "../words/units";
import classes from "./UsageMeters.module.css";

const NEAR = 0.9;

export function UsageMeters({ evaluation }: { evaluation: Evaluation }) {
  const { usage, limits } = evaluation;
  if (!usage) return null;
  const written = (evaluation.stdout_bytes ?? 0) + (evaluation.stderr_bytes ?? 0);
  const processorLimit = limits.cpu_seconds ?? (limits.wall_seconds ?? 0) * (limits.cpus ?? 1);
  return (
    <dl className={classes.meters}>
      <Meter name="Time" used={usage.wall_seconds} limit={limits.wall_seconds ?? 0} format={seconds} />
      <Meter name="Processor" used={usage.cpu_seconds} limit={processorLimit} format={seconds} />
      <Meter name="Peak memory" used={usage.peak_memory_bytes} limit={limits.memory_bytes ?? 0} format={bytes} />
      <Meter name="Output" used={written} limit={limits.output_bytes ?? 0} format={bytes} />
    </dl>
  );
}

function Meter(given: { name: string; used: number; limit: number; format: (value: number) => string }) {
  const share = given.limit > 0 ? Math.min(1, given.used / given.limit) : 0;
  return (
    <div className={classes.meter}>
      <dt>{given.name}</dt>
      <dd>
        <strong>{given.format(given.used)}</strong>
        <span>of {given.format(given.limit)}</span>
      </dd>
      <span className={classes.track} aria-hidden>
        <span style={{ width: `${Math.max(share * 100, 0.8)}%` }} data-near={share >= NEAR || undefined} />
      </span>
    </div>
  );
}
