/** A canvas at the resolution of the screen, and drawing at most once a frame. */

/** Gives the canvas this size in CSS px, and a context in which one unit is one of them. */
export function prepare(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D | null {
  const scale = devicePixelRatio;
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = canvas.getContext('2d');
  context?.setTransform(scale, 0, 0, scale, 0, 0);
  return context;
}

/** Runs only the last of the drawings that were asked for since the last frame. */
export function createFrames(): { ask(draw: () => void): void; close(): void } {
  let frame: number | undefined;
  let wanted: (() => void) | undefined;
  return {
    ask(draw) {
      wanted = draw;
      frame ??= requestAnimationFrame(() => {
        frame = undefined;
        wanted?.();
      });
    },
    close() {
      if (frame !== undefined) cancelAnimationFrame(frame);
      wanted = undefined;
    },
  };
}
