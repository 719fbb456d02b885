/** The line and bar charts, by chart.js; only what is used is imported, and only when it is needed. */
import type { ChartConfiguration, Plugin, Scale, TooltipItem } from 'chart.js';
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from 'chart.js';
import { colour, seriesCount } from './colours.ts';
import { prefersStillness } from './dom.ts';
import { compact, decimal, percent } from './format.ts';
import type { Page } from './page.ts';

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

/** Charts of a page that was built anew, in another language say, are let go. */
function sweep(): void {
  for (const chart of Object.values(Chart.instances))
    if (!chart.canvas?.isConnected) chart.destroy();
}

export interface Series {
  readonly label: string;
  readonly values: (number | null)[];
  /** Index of the series colour. */
  readonly colour: number;
  /** A line to compare with: thin, dashed, without points. */
  readonly reference?: boolean;
  /** Whole numbers, which jump: no line slopes from one to the next. */
  readonly counts?: boolean;
}

export interface Lines {
  readonly title: string;
  readonly x: readonly number[];
  readonly xTitle?: string;
  /** Named places along x, instead of round numbers. */
  readonly xTicks?: readonly { readonly value: number; readonly label: string }[];
  readonly yTitle?: string;
  readonly series: Series[];
  /** Values are probabilities: from 0, in per cent. */
  readonly share?: boolean;
  readonly legend?: boolean;
  /** Frame to mark with an upright line. */
  readonly marked?: number;
}

export interface LineChart {
  show(lines: Lines): void;
}

/** A chart of lines over the layers; a click tells `pick` the nearest frame. */
export function createLineChart(
  page: Page,
  canvas: HTMLCanvasElement,
  pick: (frame: number) => void,
): LineChart {
  let chart: Chart<'line'> | null = null;
  let latest: Lines | null = null;
  const plugins = [markerPlugin(() => latest)];
  return {
    show(lines) {
      latest = lines;
      const configuration = lineConfiguration(page, lines, pick);
      canvas.setAttribute('aria-label', summary(page, lines));
      if (!chart) {
        sweep();
        chart = new Chart(canvas, { ...configuration, plugins });
        return;
      }
      chart.data = configuration.data;
      chart.options = configuration.options ?? {};
      chart.update('none');
    },
  };
}

/** What a chart says to who cannot see it: each line's ends. */
function summary(page: Page, { title, series }: Lines): string {
  const { language } = page.state.get();
  const ends = series.map(({ label, values }) => {
    const known = values.filter((value) => value !== null);
    if (known.length === 0) return label;
    return `${label}: ${compact(known[0], language)} → ${compact(known[known.length - 1], language)}`;
  });
  return `${title}. ${ends.join('; ')}`;
}

function lineConfiguration(
  page: Page,
  lines: Lines,
  pick: (frame: number) => void,
): ChartConfiguration<'line'> {
  return {
    type: 'line',
    data: { datasets: lines.series.map((series) => dataset(series, lines.x)) },
    options: {
      ...sharedOptions(page),
      interaction: { mode: 'index', intersect: false },
      onClick: (_event, hits) => hits.length > 0 && pick(hits[0].index),
      scales: {
        x: {
          ...axis(lines.xTitle),
          ...(lines.xTicks ? namedAxis(lines.xTicks) : {}),
          type: 'linear',
          min: lines.x[0],
          max: lines.x.at(-1),
        },
        y: { ...axis(lines.yTitle), ...(lines.share ? shareAxis(page) : {}) },
      },
      plugins: {
        legend: { display: lines.legend ?? false, labels: legendLabels() },
        tooltip: {
          ...tooltipStyle(),
          callbacks: {
            title: (items) => `${lines.xTitle ?? ''} ${placeName(lines, items[0])}`,
            label: (item: TooltipItem<'line'>) => tooltipLine(page, lines, item),
          },
        },
      },
    },
  };
}

function dataset(
  { label, values, colour: index, reference = false, counts = false }: Series,
  x: readonly number[],
) {
  const stroke = colour(reference ? '--ink-3' : `--series-${index % seriesCount}`);
  return {
    label,
    data: values.map((y, i) => ({ x: x[i], y: y ?? Number.NaN })),
    borderColor: stroke,
    backgroundColor: stroke,
    borderWidth: reference ? 1.5 : 2,
    borderDash: reference ? [6, 4] : [],
    pointRadius: reference || values.length > 20 ? 0 : 2.5,
    pointHoverRadius: 5,
    tension: counts ? 0 : 0.25,
    stepped: counts,
    clip: 8,
  };
}

function sharedOptions(page: Page) {
  const locale = page.state.get().language;
  const duration = prefersStillness() ? 0 : 250;
  return { locale, responsive: true, maintainAspectRatio: false, animation: { duration } } as const;
}

function axis(title?: string) {
  const ink = colour('--ink-2');
  return {
    border: { display: false },
    grid: { color: colour('--line'), drawTicks: false },
    ticks: { color: ink, maxTicksLimit: 6, padding: 6, font: { size: 11 } },
    title: { display: title !== undefined, text: title, color: ink, font: { size: 11 } },
  };
}

function namedAxis(places: NonNullable<Lines['xTicks']>) {
  const { ticks } = axis();
  return {
    afterBuildTicks: (scale: Scale) => {
      scale.ticks = places.map(({ value }) => ({ value }));
    },
    ticks: {
      ...ticks,
      autoSkip: false,
      callback: (_: string | number, i: number) => places[i]?.label ?? '',
    },
  };
}

function placeName({ xTicks }: Lines, item: TooltipItem<'line'> | undefined): string {
  const named = xTicks?.find(({ value }) => value === item?.parsed.x);
  return named?.label ?? item?.label ?? '';
}

function shareAxis(page: Page) {
  const { language } = page.state.get();
  const whole = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  const { ticks } = axis();
  return {
    min: 0,
    ticks: { ...ticks, callback: (value: string | number) => whole.format(Number(value)) },
  };
}

function legendLabels() {
  return {
    color: colour('--ink'),
    usePointStyle: true,
    pointStyle: 'circle',
    boxHeight: 6,
    padding: 16,
  } as const;
}

function tooltipStyle() {
  return {
    backgroundColor: colour('--ink'),
    titleColor: colour('--card'),
    bodyColor: colour('--card'),
    padding: 10,
    cornerRadius: 8,
    boxPadding: 4,
    usePointStyle: true,
  };
}

function tooltipLine(page: Page, lines: Lines, item: TooltipItem<'line'>): string {
  const { language } = page.state.get();
  const value = item.parsed.y ?? 0;
  const number = lines.share ? percent(value, language) : compact(value, language);
  return `${item.dataset.label ?? ''}  ${number}`;
}

/** An upright line at the frame looked at; a chart keeps its plugins, so it asks for the latest. */
function markerPlugin(latest: () => Lines | null): Plugin<'line'> {
  return {
    id: 'marker',
    beforeDatasetsDraw(chart) {
      const { x = [], marked = -1 } = latest() ?? {};
      if (x[marked] === undefined) return;
      const { ctx, chartArea, scales } = chart;
      const at = scales.x.getPixelForValue(x[marked]);
      ctx.save();
      ctx.strokeStyle = colour('--spark');
      ctx.lineWidth = 1.5;
      ctx.beginPath();
      ctx.moveTo(at, chartArea.top);
      ctx.lineTo(at, chartArea.bottom);
      ctx.stroke();
      ctx.restore();
    },
  };
}

export interface Histogram {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly counts: number[];
  readonly low: number;
  readonly high: number;
}

/** A chart of counts in equal bins between `low` and `high`. */
export function createHistogram(
  page: Page,
  canvas: HTMLCanvasElement,
): { show(histogram: Histogram): void } {
  let chart: Chart<'bar'> | null = null;
  return {
    show(histogram) {
      canvas.setAttribute('aria-label', `${histogram.title}: ${histogram.counts.join(', ')}`);
      const configuration = histogramConfiguration(page, histogram);
      if (!chart) {
        sweep();
        chart = new Chart(canvas, configuration);
        return;
      }
      chart.data = configuration.data;
      chart.options = configuration.options ?? {};
      chart.update(prefersStillness() ? 'none' : undefined);
    },
  };
}

function histogramConfiguration(page: Page, histogram: Histogram): ChartConfiguration<'bar'> {
  const { counts, low, high, xTitle, yTitle } = histogram;
  const width = (high - low) / counts.length;
  const edge = (i: number) => decimal(low + i * width, page.state.get().language, 2);
  const x = axis(xTitle);
  return {
    type: 'bar',
    data: {
      labels: counts.map((_, i) => `${edge(i)} … ${edge(i + 1)}`),
      datasets: [
        {
          data: counts,
          backgroundColor: colour('--series-0'),
          borderRadius: 2,
          barPercentage: 1,
          categoryPercentage: 0.92,
        },
      ],
    },
    options: {
      ...sharedOptions(page),
      scales: {
        x: {
          ...x,
          grid: { display: false },
          ticks: {
            ...x.ticks,
            maxRotation: 0,
            autoSkip: false,
            callback: (_value, i) => binTick(i, counts.length, low, high),
          },
        },
        y: { ...axis(yTitle), beginAtZero: true, ticks: { ...axis().ticks, precision: 0 } },
      },
      plugins: { legend: { display: false }, tooltip: tooltipStyle() },
    },
  };
}

/** Ends and middle carry a number; the rest would be a row of digits. */
function binTick(index: number, count: number, low: number, high: number): string {
  if (index === 0) return String(low);
  if (index === count - 1) return String(high);
  return index === Math.floor(count / 2) ? String((low + high) / 2) : '';
}
