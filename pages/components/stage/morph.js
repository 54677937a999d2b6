export default function (component) {
  return follower(component, (root) => () => root);
}
