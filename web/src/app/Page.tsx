/** The frame of a page: what it is about, whatever can be done to all of it, and its name in the browser's tab. */
import "@fontsource-variable/geist-mono/wght.css";
import type { ReactNode } from "react";
import type { Tone } from "../words/outcomes";
import classes from "./Page.module.css";
import { useTab, useTabTone } from "./tab";

export function Page(given: {
  /** Also the tab's, unless `tab` says another. */
  title: ReactNode;
  tab: string;
  /** How it is with what the page is about; the tab shows it, too. */
  tone?: Tone;
  about?: ReactNode;
  actions?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}) {
  const { title, tab, tone, about, actions, wide, children } = given;
  useTab(tab);
  useTabTone(tone ?? null);
  return (
    <div className={classes.page} data-wide={wide || undefined}>
      <div className={classes.head}>
        <h1 className={classes.title}>{title}</h1>
        {about && <div className={classes.about}>{about}</div>}
        {actions && <div className={classes.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** A page until the server has told of what it is about. */
export function WaitingPage({ what }: { what: string }) {
  return (
    <Page tab={what} title={what}>
      <div className={classes.room} role="status" aria-label={`The ${what.toLowerCase()} is being asked for`} />
    </Page>
  );
}
