// What any real model stays within, with room to spare: a file outside is damaged or hostile, and would ask for absurd memory.
import { positiveNumber, wholeNumber } from './parse-fields.ts'

export const layerCountField = wholeNumber(1, 1024)
export const hiddenSizeField = wholeNumber(2, 65_536)
export const headCountField = wholeNumber(1, 1024)
export const headSizeField = wholeNumber(2, 1024)
export const ffnSizeField = wholeNumber(1, 1_048_576)
export const vocabSizeField = wholeNumber(1, 4_194_304)
export const contextLengthField = wholeNumber(1, 16_777_216)
export const epsilonField = positiveNumber(1)
export const thetaField = positiveNumber(1e12)
export const ropeFactorField = positiveNumber(1e6)
export const tokenTypeCountField = wholeNumber(0, 1024)
export const feedForwardsPerLayerField = wholeNumber(1, 64)
/** 0: none. */
export const windowField = wholeNumber(0, 16_777_216)
