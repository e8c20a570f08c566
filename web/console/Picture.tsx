import { useEffect, useRef } from "react";
import { fast } from "./desk";

/** The latest snapshot of a hall. */
export function Picture({ site }: { readonly site: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const draw = () => {
      const picture = fast.pictures.get(site);
      const context = canvas.current?.getContext("2d");
      if (picture && context) context.drawImage(picture, 0, 0, 256, 144);
    };
    draw();
    return fast.subscribe(`picture:${site}`, draw);
  }, [site]);
  return <canvas ref={canvas} className="picture" width={256} height={144} />;
}
