import { useEffect, useState } from "react";
import { t } from "../i18n";

/** A keyframe is there within a second, on a bad line within some: what has not come by then is not on its way. */
const patience = 10_000;

/** Stands where a connected hall's picture will be; soon it says that there is none (no camera, or a broken one). */
export function PictureComing({ className }: { readonly className: string }) {
  const [none, setNone] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setNone(true), patience);
    return () => clearTimeout(timer);
  }, []);
  return <span className={className}>{t(none ? "session.no_picture" : "session.picture_coming")}</span>;
}
