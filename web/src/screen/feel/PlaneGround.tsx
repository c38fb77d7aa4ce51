/** The painted ground of the plane: every place in the colour of its mood. */

import { memo, useEffect, useRef } from "react";
import { planeColor } from "../../model/color";
import type { Theme } from "../../model/color";

/** Pixels per side; the browser smooths them into a field. */
const SIDE = 48;

export const PlaneGround = memo(function PlaneGround({ theme }: { theme: Theme }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(SIDE, SIDE);
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const point = { valence: (2 * x) / (SIDE - 1) - 1, arousal: 1 - (2 * y) / (SIDE - 1) };
        image.data.set([...planeColor(point, theme), 255], (y * SIDE + x) * 4);
      }
    }
    context.putImageData(image, 0, 0);
  }, [theme]);
  return <canvas ref={canvas} className="plane-ground" width={SIDE} height={SIDE} aria-hidden />;
});
