// Swagger UI over our own openapi.json. What is ours on the page: the curl line of each operation, and this server's
// address in it and in the text above.
/* global SwaggerUIBundle */
const description = await (await fetch('/openapi.json')).json();
description.info.description = here(description.info.description);

function here(text) {
  return text.replaceAll('$STEWARD_URL', location.origin);
}

const curlLines = () => ({
  wrapComponents: {
    parameters:
      (Parameters, { React }) =>
      (props) => {
        const source = props.operation.getIn(['x-codeSamples', 0, 'source']);
        const line = source && [
          React.createElement('h4', { key: 'title' }, 'curl'),
          React.createElement('pre', { key: 'line', className: 'microlight' }, here(source)),
        ];
        return React.createElement(
          React.Fragment,
          null,
          React.createElement('div', { className: 'curl' }, line),
          React.createElement(Parameters, props),
        );
      },
  },
});

SwaggerUIBundle({
  spec: description,
  dom_id: '#operations',
  deepLinking: true,
  filter: true,
  tryItOutEnabled: true,
  validatorUrl: null, // nothing is sent elsewhere
  persistAuthorization: false, // a key that can approve payments does not stay in the browser
  plugins: [curlLines],
});
