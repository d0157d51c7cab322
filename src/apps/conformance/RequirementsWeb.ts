/** Requirements of the Web Profile (section 5), for hubs whose Web Profile is looked at. */
export const web = `
WEB-04 MUST H Answers are text/xml
WEB-05 MUST H Methods begin with samp.webhub, and each profile refuses those of the other
WEB-06 MUST H A page can read every answer, a fault too
WEB-07 MUST H A preflight is granted
WEB-08 QOI H A preflight for private networks is granted
WEB-10 MUST H register returns ids, a private key, and what comes before URLs that are read through the hub
WEB-12 SHOULD H A registration without samp.name is a fault
WEB-20 MUST H ping answers
WEB-21 MUST H register takes a map
WEB-22 MUST H unregister forgets the client
WEB-23 MUST H allowReverseCallbacks makes callable
WEB-24 MUST H pullCallbacks returns a list
WEB-25 MUST H All other operations are as in the Standard Profile
WEB-26 MUST H There is no setXmlrpcCallback
WEB-30 MUST H A client can say again that it is callable, and that it is not any more
WEB-31 MUST H To pull without being callable is a fault
WEB-32 MUST H A pull waits for a callback, as long as it is told
WEB-33 MUST H A callback is a map of samp.methodName and samp.params
WEB-34 MUST H The name of its method has no prefix
WEB-35 MUST H Its arguments are those of the Standard Profile without the private key
WEB-36 QOI H Each callback goes to one pull only
WEB-37 QOI H A pull ends when its client is not callable any more, or leaves
WEB-53 MUST H URLs are read for registered clients only
WEB-54 SHOULD H A page reads no file that nobody has told it of
WEB-60 SHOULD H Pages may not send whatever they like
WEB-61 QOI H A recipient may mark what pages can send it
WEB-62 QOI H What a page must not send it does not see either
WEB-64 MUST H Everything but ping and register demands a private key
WEB-65 QOI H A request under a foreign Host is refused
WIRE-113 QOI H A page may ping with its private key, as sampjs does
`
