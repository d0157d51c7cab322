/** The names that people come with: all classes, methods and parameters of astropy.samp and pyvo.samp. */

const words = (text: string): ReadonlyArray<string> => text.split(/\s+/u).filter((word) => word !== "")

/** The classes of `astropy.samp`. */
export const classes = words(`
  Conf SAMPClient SAMPClientError SAMPHubError SAMPHubProxy SAMPHubServer SAMPIntegratedClient SAMPMsgReplierWrapper
  SAMPProxyError SAMPWarning WebProfileDialog`)

/** The methods, attributes and parameters of `SAMPIntegratedClient`, those of the times of `astropy.vo.samp` too. */
export const integratedClient = words(`
  bind_receive_call bind_receive_message bind_receive_notification bind_receive_response call call_all call_and_wait
  connect declare_metadata declare_subscriptions disconnect ecall ecall_all ecall_and_wait enotify enotify_all ereply
  get_metadata get_private_key get_public_id get_registered_clients get_subscribed_clients get_subscriptions
  is_connected notify notify_all ping receive_call receive_notification receive_response reply unbind_receive_call
  unbind_receive_notification unbind_receive_response
  name description metadata addr port https key_file cert_file cert_reqs ca_certs ssl_version callable
  hub hub_params pool_size mtype function declare msg_tag recipient_id message timeout params extra_kws msg_id status
  result error client_id private_key sender_id responder_id response extra subscriptions`)

/** What the other classes have beside that. */
export const others = words(`
  use_internet n_retries secret lockfile client_timeout mode label web_profile web_profile_dialog web_port start stop
  is_running id get_mtype_subtypes register unregister set_xmlrpc_callback xmlrpc_addr is_registered consent reject
  handle_queue faultCode faultString cli wait`)

/** The functions and parameters of `pyvo.samp`. */
export const pyvo = words(`
  find_client_id send_table_to send_product_to send_spectrum_to send_image_to accessible_table connection
  conn name table client_name url mtype description`)
