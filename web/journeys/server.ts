/** Starts the Crucible that the journeys are made against, on a data folder of its own, and ends it behind them. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const PYTHON = resolve(process.env.CRUCIBLE_TEST_PYTHON ?? "../.venv/bin/python");
const STOP_MS = 20_000;

export default async function setup(): Promise<() => Promise<void>> {
  const data = mkdtempSync(join(tmpdir(), "crucible-journeys-"));
  const server = start(data, 0);
  process.env.CRUCIBLE_CONSOLE_URL = await addressOf(server);
  return async () => {
    await stop(server);
    rmSync(data, { recursive: true, force: true });
  };
}

export function start(data: string, port: number): ChildProcess {
  return spawn(PYTHON, ["-m", "crucible", "up", "--json", "--port", String(port), "--data", data], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, CRUCIBLE_GRACE_SECONDS: "0.5", CRUCIBLE_LOG_LEVEL: "error" },
  });
}

export function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    server.once("exit", (code) => reject(new Error(`crucible up ended with ${code}: ${said}`)));
    server.stdout?.on("data", (data) => {
      said += data;
      const line = said.split("\n").find((one) => one.startsWith("{") && one.endsWith("}"));
      if (line) resolve(JSON.parse(line).url);
    });
  });
}

export async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  const late = setTimeout(() => server.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(late);
}
