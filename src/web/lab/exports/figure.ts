/** The picture and the numbers as a figure: data that becomes an SVG. */
import type { Figure, Line, Panel, Point, Scatter } from '../../../figures/figure.ts';
import type { Matrix } from '../../../numerics/matrix.ts';
import { told } from '../catalogue-words.ts';
import { diagnosticWords } from '../diagnostic-words.ts';
import type { LabFrame } from '../frame.ts';
import type { Lab } from '../lab.ts';
import { turnOf } from '../picture/ball.ts';
import type { Painter } from '../picture/painter.ts';
import { entryOf } from '../settings.ts';
import { captionOf } from './caption.ts';

/** The frame shown, and the numbers of the run's frames. */
export function figureOf(
  lab: Lab,
  painter: Painter,
  frame: LabFrame,
  frames: readonly LabFrame[],
): Figure {
  const { settings } = frame.of;
  const { title } = told(lab.page.state.get().language, 'dynamics', entryOf(settings));
  return {
    title,
    caption: captionOf(lab, frame),
    panels: [
      ...picturePanels(lab, painter, frame),
      ...['energy', 'cluster_count', 'cosine_mean', 'mean_resultant'].flatMap((name) =>
        linePanel(lab, name, frames),
      ),
    ],
  };
}

function picturePanels(lab: Lab, painter: Painter, frame: LabFrame): Panel[] {
  if (frame.shares) return [densityPanel(lab, frame.shares)];
  const places = painter.places(frame);
  if (!places) return [];
  const { space } = painter.look(frame);
  const points = flat(lab, places);
  const outline: Line[] = space.onSphere ? [{ kind: 'line', colour: 6, points: CIRCLE }] : [];
  const dots: Scatter = { kind: 'scatter', colour: 0, points };
  return [{ x: { label: '' }, y: { label: '' }, equalUnits: true, series: [...outline, dots] }];
}

const CIRCLE: readonly Point[] = Array.from({ length: 181 }, (_, k): Point => {
  const angle = (Math.PI * k) / 90;
  return [Math.cos(angle), Math.sin(angle)];
});

/** What has depth is seen as the picture is turned. */
function flat(lab: Lab, { rows, columns, data }: Matrix): Point[] {
  const { yaw, pitch } = lab.settings();
  const [right, up] = turnOf(yaw, pitch);
  return Array.from({ length: rows }, (_, i): Point => {
    const at = data.subarray(i * columns, (i + 1) * columns);
    if (columns === 2) return [at[0], at[1]];
    const along = (axis: readonly number[]) => axis.reduce((sum, one, k) => sum + one * at[k], 0);
    return [along(right), along(up)];
  });
}

function densityPanel({ words }: Lab, shares: Float64Array): Panel {
  const sector = (2 * Math.PI) / shares.length;
  const points = Array.from(
    shares,
    (share, g): Point => [-Math.PI + (g + 0.5) * sector, share / sector],
  );
  return {
    x: { label: words.angleAxis, unit: 'rad' },
    y: { label: words.density },
    series: [{ kind: 'line', points }],
  };
}

function linePanel(lab: Lab, name: string, frames: readonly LabFrame[]): Panel[] {
  const { language } = lab.page.state.get();
  const log = frames[0]?.of.settings.pace === 'log';
  const points = frames.flatMap(({ time, measured }): Point[] => {
    const value = measured?.values[name];
    if (log && time === 0) return [];
    // a frame without the number breaks the line
    return [[log ? Math.log10(time) : time, typeof value === 'number' ? value : Number.NaN]];
  });
  if (points.filter(([, value]) => Number.isFinite(value)).length < 2) return [];
  const { title } = diagnosticWords(language, name);
  const label = log ? lab.words.logTimeAxis : lab.words.timeAxis;
  return [{ title, x: { label }, y: { label: '' }, series: [{ kind: 'line', points }] }];
}
