// The bundled build; the plain entry wants Node's polyfills.
declare module 'simple-peer/simplepeer.min.js' {
  import SimplePeer = require('simple-peer')

  export = SimplePeer
}
