export function hello(name) {
  return `hello ${name}, from process ${process.pid}`;
}
