import { Link } from "@tanstack/react-router";
import { State } from "./State";

export function Missing() {
  return (
    <State
      page
      title="There is nothing at this address"
      detail="The link may be old, or it was cut on its way here."
    >
      <Link to="/">Go to the workbench</Link>
    </State>
  );
}
