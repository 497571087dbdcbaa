#include "config/comma_list.h"
#include "config/haproxy_words.h"

namespace wslb::config {
namespace {

constexpr std::string_view kBind =
    "accept-netscaler-cip,allow-0rtt,ca-ignore-err,ca-sign-file,ca-sign-pass,ca-verify-file,"
    "crt-ignore-err,curves,ecdhe,expose-fd,force-sslv3,force-tlsv10,force-tlsv11,"
    "generate-certificates,id,level,mss,namespace,no-ca-names,npn,process,"
    "severity-output,shards,tfo,thread,tls-ticket-keys,transparent";

constexpr std::string_view kServer =
    "allow-0rtt,check-alpn,check-proto,check-via-socks4,force-sslv3,force-tlsv10,force-tlsv11,"
    "log-proto,namespace,no-send-proxy-v2-ssl,no-send-proxy-v2-ssl-cn,no-tfo,"
    "non-stick,npn,proxy-v2-options,redir,"
    "send-proxy-v2-ssl,send-proxy-v2-ssl-cn,"
    "socks4,stick,tfo,ws";

constexpr std::string_view kFetches =
    "base32,baseq,bc_dst,bc_dst_port,bc_err,bc_err_str,bc_http_major,bc_src,bc_src_port,be_id,"
    "be_server_timeout,be_sess_rate,be_tunnel_timeout,bin,capture.req.hdr,capture.req.method,"
    "capture.req.uri,capture.req.ver,capture.res.hdr,capture.res.ver,cookie,cpu_calls,cpu_ns_avg,"
    "cpu_ns_tot,cur_server_timeout,cur_tunnel_timeout,date_us,distcc_body,distcc_param,dst_conn,"
    "dst_is_local,env,fc_dst_is_local,fc_err,fc_err_str,fc_fackets,fc_http_major,fc_lost,"
    "fc_pp_authority,fc_pp_unique_id,fc_rcvd_proxy,fc_reordering,fc_retrans,fc_rtt,fc_rttvar,"
    "fc_sacked,fc_src_is_local,fc_unacked,fcgi.docroot,fcgi.index,fe_client_timeout,fe_defbe,"
    "fe_id,fe_req_rate,fe_sess_rate,hostname,http_first_req,internal.htx.data,internal.htx.free,"
    "internal.htx.free_data,internal.htx.has_eom,internal.htx.nbblks,internal.htx.size,"
    "internal.htx.used,internal.htx_blk.data,internal.htx_blk.hdrname,internal.htx_blk.hdrval,"
    "internal.htx_blk.size,internal.htx_blk.start_line,internal.htx_blk.type,"
    "internal.strm.is_htx,last_rule_file,last_rule_line,lat_ns_avg,lat_ns_tot,meth,nbproc,"
    "payload_lv,prio_class,prio_offset,proc,rep_ssl_hello_type,req.hdrs,req.hdrs_bin,"
    "req.payload_lv,req.ssl_alpn,req.ssl_ec_ext,req.ssl_st_ext,req.ssl_ver,req_ssl_ver,res.body,"
    "res.body_len,res.body_size,res.cache_hit,res.cache_name,res.comp,res.comp_algo,res.cook_val,"
    "res.hdrs,res.hdrs_bin,res.len,res.payload,res.payload_lv,res.ssl_hello_type,scook_val,"
    "shdr_ip,shdr_val,src_is_local,srv_conn_free,srv_iweight,srv_sess_rate,srv_uweight,"
    "srv_weight,ssl_bc,ssl_bc_alg_keysize,ssl_bc_alpn,ssl_bc_cipher,ssl_bc_client_random,"
    "ssl_bc_err,ssl_bc_err_str,ssl_bc_is_resumed,ssl_bc_npn,ssl_bc_protocol,ssl_bc_server_random,"
    "ssl_bc_session_id,ssl_bc_session_key,ssl_bc_unique_id,ssl_bc_use_keysize,ssl_c_ca_err,"
    "ssl_c_ca_err_depth,ssl_c_chain_der,ssl_c_der,ssl_c_err,ssl_c_i_dn,ssl_c_key_alg,"
    "ssl_c_notafter,ssl_c_notbefore,ssl_c_s_dn,ssl_c_serial,ssl_c_sha1,ssl_c_sig_alg,ssl_c_used,"
    "ssl_c_verify,ssl_c_version,ssl_f_der,ssl_f_i_dn,ssl_f_key_alg,ssl_f_notafter,"
    "ssl_f_notbefore,ssl_f_s_dn,ssl_f_serial,ssl_f_sha1,ssl_f_sig_alg,ssl_f_version,"
    "ssl_fc_alg_keysize,ssl_fc_alpn,ssl_fc_cipher,ssl_fc_cipherlist_bin,ssl_fc_cipherlist_hex,"
    "ssl_fc_cipherlist_str,ssl_fc_cipherlist_xxh,ssl_fc_client_early_traffic_secret,"
    "ssl_fc_client_handshake_traffic_secret,ssl_fc_client_random,ssl_fc_client_traffic_secret_0,"
    "ssl_fc_early_exporter_secret,ssl_fc_ecformats_bin,ssl_fc_eclist_bin,ssl_fc_err,"
    "ssl_fc_err_str,ssl_fc_exporter_secret,ssl_fc_extlist_bin,ssl_fc_has_crt,ssl_fc_has_early,"
    "ssl_fc_has_sni,ssl_fc_is_resumed,ssl_fc_npn,ssl_fc_protocol,ssl_fc_protocol_hello_id,"
    "ssl_fc_server_handshake_traffic_secret,ssl_fc_server_random,ssl_fc_server_traffic_secret_0,"
    "ssl_fc_session_key,ssl_fc_unique_id,ssl_fc_use_keysize,ssl_s_chain_der,"
    "ssl_s_der,ssl_s_i_dn,ssl_s_key_alg,ssl_s_notafter,ssl_s_notbefore,ssl_s_s_dn,ssl_s_serial,"
    "ssl_s_sha1,ssl_s_sig_alg,ssl_s_version,stopping,thread,unique,url32,url_ip,url_port";

}  // namespace

Words haproxy_bind_words() {
  static const auto kWords = split_at_commas(kBind);
  return kWords;
}

Words haproxy_server_words() {
  static const auto kWords = split_at_commas(kServer);
  return kWords;
}

Words haproxy_fetches() {
  static const auto kWords = split_at_commas(kFetches);
  return kWords;
}

}  // namespace wslb::config
