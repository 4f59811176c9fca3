// Numbers as people read them in one language. Bytes are decimal (1 MB = 1,000,000 bytes), as shops and download pages count them;
// units are those of the SI, which all languages share.

export type Numbers = ReturnType<typeof numbersIn>

/** `language` is a BCP 47 tag. */
export function numbersIn(language: string) {
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })
  const threeDigits = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 })
  const tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
  const hundredths = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const percents = new Intl.NumberFormat(language, { style: 'percent' })
  const percentTenths = new Intl.NumberFormat(language, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  })
  const plurals = new Intl.PluralRules(language)
  const moments = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  const times = new Intl.DateTimeFormat(language, { timeStyle: 'short' })
  const short = (value: number) => (value < 100 ? threeDigits : whole).format(value)

  return {
    count: (n: number) => whole.format(n),
    /** With one place after the point. */
    tenths: (value: number) => tenths.format(value),
    /** Of a share from 0 to 1: "46%". */
    percent: (share: number) => percents.format(share),
    /** The same with one place after the point: "45.8%". */
    percentTenths: (share: number) => percentTenths.format(share),
    /** With two places after the point. */
    hundredths: (value: number) => hundredths.format(value),
    /** "9 devices", "1 device": `one` and `many` are the words after the number. */
    counted: (n: number, one: string, many: string) => `${whole.format(n)} ${plurals.select(n) === 'one' ? one : many}`,
    /** "head 4", "heads 4–6": what a half-open range holds, counted from 0. */
    ranged: ({ start, end }: { start: number; end: number }, one: string, many: string) =>
      end - start === 1 ? `${one} ${whole.format(start)}` : `${many} ${whole.format(start)}–${whole.format(end - 1)}`,
    /** "0 B", "812 kB", "12.3 MB", "104 MB", "2.15 GB": three digits at most, no zeros after the point. */
    bytes: (bytes: number) => {
      if (bytes < 1_000) return `${whole.format(bytes)} B`
      if (bytes < 999_500) return `${whole.format(bytes / 1e3)} kB`
      return bytes < 999_500_000 ? `${short(bytes / 1e6)} MB` : `${short(bytes / 1e9)} GB`
    },
    milliseconds: (milliseconds: number) => {
      if (milliseconds < 10) return `${tenths.format(milliseconds)} ms`
      return milliseconds < 1_000 ? `${whole.format(milliseconds)} ms` : `${tenths.format(milliseconds / 1_000)} s`
    },
    /** A day and a time of day. */
    moment: (date: Date | number) => moments.format(date),
    /** A time of day alone. */
    timeOfDay: (date: Date | number) => times.format(date),
  }
}
