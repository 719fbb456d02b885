/** One panel of a figure: its heading and legend, its axes, and the plot area between them. */
import type { Axis, HeatMap, Panel, Series } from './figure.ts';
import { drawPathNames, drawSeries, heatRange, type Plot } from './marks.ts';
import { colourOf, dashOf, rampColour, type Theme } from './palette.ts';
import { axisTicks, type Domain, linearScale, padded, panelDomain, type Tick } from './scale.ts';
import { type Block, element, type Shape, stacked, text, textWidth } from './svg.ts';

const fontSize = 12;
const small = 11;
const margin = 12;

/** Everything of a panel, `width` pixels wide. */
export function panelBlock(panel: Panel, width: number, theme: Theme): Block {
  return stacked([
    titleBlock(panel, theme),
    legendBlock(panel, width, theme),
    plotBlock(panel, width, theme),
  ]);
}

function titleBlock({ title }: Panel, theme: Theme): Block {
  if (!title) return { shapes: [], height: 0 };
  const look = { fill: theme.ink, 'font-size': fontSize, 'font-weight': 600 };
  return { shapes: [text(margin, fontSize + 4, title, look)], height: fontSize + 10 };
}

/** Names of lines, dots and bars, and the colours of heat maps, in rows as wide as the panel. */
function legendBlock({ series }: Panel, width: number, theme: Theme): Block {
  const entries = series
    .map((one, index) => ({ one, index }))
    .filter(({ one }) => one.kind === 'heat' || (one.kind !== 'path' && one.name));
  if (entries.length === 0) return { shapes: [], height: 4 };
  let [x, y] = [margin, fontSize];
  const shapes = entries.flatMap(({ one, index }) => {
    const label = legendLabel(one);
    const size = 36 + textWidth(label, small);
    if (x > margin && x + size > width - margin) [x, y] = [margin, y + small * 1.5];
    const name = text(x + 26, y, label, { fill: theme.ink, 'font-size': small });
    const entry = [...swatch(one, index, x, y - small * 0.35, theme), name];
    x += size;
    return entry;
  });
  return { shapes, height: y + 10 };
}

function legendLabel(series: Series): string {
  if (series.kind !== 'heat') return series.name ?? '';
  const [low, high] = heatRange(series).map((value) => String(Number(value.toPrecision(3))));
  return `${series.name ? `${series.name}: ` : ''}${low} … ${high}`.replaceAll('-', '−');
}

function swatch(series: Series, index: number, x: number, y: number, theme: Theme): Shape[] {
  if (series.kind === 'heat') return rampStrip(x, y, theme);
  const choice = series.colour ?? index;
  const colour = colourOf(theme, choice);
  if (series.kind === 'bars')
    return [element('rect', { x: x + 6, y: y - 4, width: 12, height: 8, fill: colour })];
  if (series.kind === 'scatter')
    return [element('circle', { cx: x + 12, cy: y, r: 3, fill: colour })];
  const dashed = { stroke: colour, 'stroke-width': 1.8, 'stroke-dasharray': dashOf(theme, choice) };
  return [element('line', { x1: x, y1: y, x2: x + 20, y2: y, ...dashed })];
}

function rampStrip(x: number, y: number, theme: Theme): Shape[] {
  return Array.from({ length: 10 }, (_, i) => {
    const fill = rampColour(theme, i / 9);
    return element('rect', { x: x + 2 * i, y: y - 4, width: 2.2, height: 8, fill });
  });
}

/** Where the axes lie, before anything is drawn. */
interface Layout {
  readonly plot: Plot;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  /** Names under the x axis do not fit side by side and are tilted. */
  readonly tilted: boolean;
  /** Height of the tick labels under the x axis. */
  readonly footer: number;
}

function plotBlock(panel: Panel, width: number, theme: Theme): Block {
  const layout = layOut(panel, width);
  const { plot, footer } = layout;
  const shapes = [
    ...grid(layout, panel, theme),
    ...panel.series.flatMap((one, index) => drawSeries(one, index, plot, theme)),
    ...tickLabels(layout, theme),
    ...axisLabels(panel, layout, theme),
    ...drawPathNames(panel.series, plot, theme, small),
  ];
  return { shapes, height: plot.top + plot.height + footer + fontSize + 14 };
}

function layOut(panel: Panel, width: number): Layout {
  const wish = { x: roomyDomain(panel, 0), y: roomyDomain(panel, 1) };
  const roughTicks = axisTicks(panel.y, wish.y, 6);
  const left = margin + fontSize + 10 + Math.max(20, widest(roughTicks));
  const area = { left, top: 8, width: width - left - margin - 4, height: 0 };
  area.height = plotHeight(panel, wish, area.width);
  const domain = panel.equalUnits ? equalised(wish, area) : wish;
  const xTicks = axisTicks(panel.x, domain.x, Math.max(5, area.width / 70));
  const yTicks = axisTicks(panel.y, domain.y, Math.max(4, area.height / 45));
  const tilted = widest(xTicks) + 4 > area.width / Math.max(1, xTicks.length);
  const right = area.left + area.width;
  const bottom = area.top + area.height;
  const plot = {
    ...area,
    x: linearScale(domain.x, left, right),
    y: panel.series.some(isMatrix)
      ? linearScale(domain.y, area.top, bottom)
      : linearScale(domain.y, bottom, area.top),
  };
  return { plot, xTicks, yTicks, tilted, footer: tilted ? widest(xTicks) * 0.71 + 16 : small + 8 };
}

/** Matrices have square cells where that fits, maps keep their shape, all else is a calm rectangle. */
function plotHeight(panel: Panel, { x, y }: { x: Domain; y: Domain }, width: number): number {
  if (!panel.equalUnits && !panel.series.some(isMatrix)) return width * 0.6;
  const ratio = (y[1] - y[0]) / (x[1] - x[0]);
  return width * Math.min(1.1, Math.max(0.6, ratio));
}

/** Widens one of the two domains so that a unit has one length. */
function equalised(
  { x, y }: { x: Domain; y: Domain },
  { width, height }: { width: number; height: number },
): { x: Domain; y: Domain } {
  const unit = Math.max((x[1] - x[0]) / width, (y[1] - y[0]) / height);
  const around = ([low, high]: Domain, length: number): Domain => {
    const middle = (low + high) / 2;
    return [middle - length / 2, middle + length / 2];
  };
  return { x: around(x, unit * width), y: around(y, unit * height) };
}

/** The domain with a little air, unless the axis fixes it or cells or bars should touch the axes. */
function roomyDomain(panel: Panel, along: 0 | 1): Domain {
  const axis = along === 0 ? panel.x : panel.y;
  const domain = panelDomain(panel, along);
  if (axis.domain || panel.series.some(isHeat)) return domain;
  const [low, high] = padded(domain, panel.equalUnits ? 0.08 : along === 0 ? 0.02 : 0.06);
  const stands = along === 1 && panel.series.some(({ kind }) => kind === 'bars');
  return stands ? [domain[0] === 0 ? 0 : low, domain[1] === 0 ? 0 : high] : [low, high];
}

function grid({ plot, xTicks, yTicks }: Layout, panel: Panel, theme: Theme): Shape[] {
  const { left, top, width, height } = plot;
  const look = { stroke: theme.grid, 'stroke-width': 1 };
  const border = element('rect', { x: left, y: top, width, height, fill: 'none', ...look });
  if (panel.series.some(isHeat)) return [border];
  const upright = xTicks.map(({ value }) => {
    const x = plot.x(value);
    return element('line', { x1: x, y1: top, x2: x, y2: top + height, ...look });
  });
  const level = yTicks.map(({ value }) => {
    const y = plot.y(value);
    return element('line', { x1: left, y1: y, x2: left + width, y2: y, ...look });
  });
  return [border, ...upright, ...level];
}

function tickLabels({ plot, xTicks, yTicks, tilted }: Layout, theme: Theme): Shape[] {
  const look = { fill: theme.faintInk, 'font-size': small };
  const below = plot.top + plot.height + small + 4;
  const under = xTicks.map(({ value, label }) => {
    const x = plot.x(value);
    if (!tilted) return text(x, below, label, { ...look, 'text-anchor': 'middle' });
    const turn = { transform: `rotate(-45 ${Math.round(x)} ${Math.round(below)})` };
    return text(Math.round(x), Math.round(below), label, {
      ...look,
      'text-anchor': 'end',
      ...turn,
    });
  });
  const beside = yTicks.map(({ value, label }) =>
    text(plot.left - 6, plot.y(value) + small * 0.35, label, { ...look, 'text-anchor': 'end' }),
  );
  return [...under, ...beside];
}

function axisLabels({ x, y }: Panel, { plot, footer }: Layout, theme: Theme): Shape[] {
  const below = plot.top + plot.height + footer + fontSize;
  const middle = plot.top + plot.height / 2;
  const turned = { transform: `translate(${margin + fontSize * 0.6} ${middle}) rotate(-90)` };
  const across = titleLook(axisTitle(x), plot.width, theme);
  const along = { ...titleLook(axisTitle(y), plot.height, theme), ...turned };
  return [
    text(plot.left + plot.width / 2, below, axisTitle(x), across),
    text(0, 0, axisTitle(y), along),
  ];
}

/** A long axis title is set smaller, down to 8 pixels, to stay within its axis. */
function titleLook(title: string, length: number, theme: Theme) {
  const fitting = Math.max(8, (fontSize * length) / textWidth(title, fontSize));
  return { fill: theme.ink, 'font-size': Math.min(fontSize, fitting), 'text-anchor': 'middle' };
}

function axisTitle({ label, unit }: Axis): string {
  return unit ? `${label} (${unit})` : label;
}

function widest(ticks: readonly Tick[]): number {
  return Math.max(0, ...ticks.map(({ label }) => textWidth(label, small)));
}

function isHeat(series: Series): series is HeatMap {
  return series.kind === 'heat';
}

/** A heat map whose cells are entries, not places on the axes. */
function isMatrix(series: Series): boolean {
  return isHeat(series) && !series.area;
}
