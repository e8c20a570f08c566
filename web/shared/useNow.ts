import { useEffect, useState } from "react";

/** The given clock, read anew every second on the second, so that all clocks of a page step together. */
export function useNow(now: () => number = Date.now): number {
  const [time, setTime] = useState(now);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const step = () => {
      const at = now();
      setTime(at);
      timer = setTimeout(step, 1000 - (at % 1000) + 5);
    };
    step();
    return () => clearTimeout(timer);
  }, [now]);
  return time;
}
