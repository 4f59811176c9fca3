// How commands read the values of their options; what makes no sense is refused in words.
import { InvalidArgumentError } from 'commander'

export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  const parse = number(minimum, maximum)
  return (text) => {
    if (!/^\d+$/.test(text)) throw new InvalidArgumentError(`It is a whole number from ${minimum} to ${maximum}.`)
    return parse(text)
  }
}

export function number(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && value >= minimum && value <= maximum) return value
    throw new InvalidArgumentError(`It is a number from ${minimum} to ${maximum}.`)
  }
}

export function tokenIds(text: string): number[] {
  if (/^\d+(,\d+)*$/.test(text)) return text.split(',').map(Number)
  throw new InvalidArgumentError('They are whole numbers with commas between, e.g. 1,15043,3186.')
}

export function smallNumbers(text: string): number[] {
  if (/^\d{1,3}(,\d{1,3})*$/.test(text)) return text.split(',').map(Number)
  throw new InvalidArgumentError('They are whole numbers with commas between, e.g. 0,0,1.')
}

export function shares(text: string): number[] {
  if (/^[1-9]\d{0,8}(,[1-9]\d{0,8})*$/.test(text)) return text.split(',').map(Number)
  throw new InvalidArgumentError('They are positive integers with commas between, e.g. 3,2,1.')
}
