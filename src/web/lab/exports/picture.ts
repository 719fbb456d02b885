/** The picture as a file: painted once more, larger, on the ground of the theme, with a line that names it. */
import { blobOf } from '../../share/files.ts';
import type { LabFrame } from '../frame.ts';
import type { Lab } from '../lab.ts';
import { FONT } from '../picture/brush.ts';
import { brushFor } from '../picture/painter.ts';
import type { Stage } from '../picture/stage.ts';
import { captionOf } from './caption.ts';

const SIDE = 640;
const FOOT = 34;
/** Pixels of the file to one of the page. */
const SCALE = 2;

/** A PNG of the frame; rejects where the browser cannot make one. */
export function pictureOf(lab: Lab, stage: Stage, frame: LabFrame): Promise<Blob> {
  const picture = canvasOf(SIDE, SIDE);
  const whole = canvasOf(SIDE, SIDE + FOOT);
  const inks = stage.inks();
  const hand = { chosen: null, moved: null };
  const brush = brushFor(lab, picture, inks, SIDE, SIDE);
  stage.painter.paint(brush, frame, stage.trail(), hand, lab.settings());
  whole.fillStyle = inks.card;
  whole.fillRect(0, 0, SIDE, SIDE + FOOT);
  whole.drawImage(picture.canvas, 0, 0, SIDE, SIDE);
  whole.font = FONT;
  whole.fillStyle = inks.quiet;
  whole.textAlign = 'center';
  whole.fillText(captionOf(lab, frame), SIDE / 2, SIDE + FOOT / 2, SIDE - 20);
  return blobOf(whole.canvas);
}

function canvasOf(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  canvas.width = SCALE * width;
  canvas.height = SCALE * height;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser has no canvas to draw on');
  context.scale(SCALE, SCALE);
  return context;
}
